import { equalBytes, toHex, type Keyring } from "@chatelaine/crypto";
import type { BindingsDeleted } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import { once, type OnceStores, type Repeatable } from "../idempotency/once.ts";
import type { Writes } from "../transaction/transactions.ts";
import { bindingsKey } from "./bindings-manifest.ts";
import type { BindingsStore } from "./bindings-store.ts";
import { bindingsNotFound } from "./export-bindings.ts";

interface DeleteStores extends OnceStores {
  readonly bindings: BindingsStore;
  readonly audit: AuditStore;
}

export interface DeleteDeps {
  readonly database: Writes<DeleteStores>;
  readonly keyring: { forSealing(): Keyring };
  readonly auditor: Auditor;
  readonly clock: Clock;
}

export interface DeleteRequest {
  readonly name: string;
  /** The revision the caller has read; undefined: whatever is there. */
  readonly ifMatch: Uint8Array | undefined;
  readonly repeatable: Repeatable | undefined;
}

/**
 * Removes the kept file; the applications and items that came of it stay. Nothing is opened, so
 * that a file which does not open any more, and is in the way of `listBindings`, can be removed.
 * Throws `bindings-not-found`, `revision-conflict`.
 */
export async function deleteBindings(
  deps: DeleteDeps,
  caller: Caller,
  { name, ifMatch, repeatable }: DeleteRequest,
): Promise<BindingsDeleted> {
  const ring = deps.keyring.forSealing();
  return await once({ ...deps, ring }, caller, repeatable, async ({ bindings, audit }) => {
    const row = await bindings.find(bindingsKey(name));
    if (row === undefined) {
      throw bindingsNotFound();
    }
    const isWanted = ifMatch === undefined || equalBytes(row.revision, ifMatch);
    if (!isWanted || !(await bindings.remove(row.nameKey, row.revision))) {
      throw new CodedError("revision-conflict", {
        detail: "the binding file was imported anew meanwhile; look at it and repeat the removal",
      });
    }
    const revision = toHex(row.revision);
    await audit.record(deps.auditor.entry(caller, "bindings.delete", { bindings: name, revision }));
    return { name, revision, writtenAtMs: row.writtenAtMs, writtenBy: row.writtenBy };
  });
}
