import type { Keyring, RandomSource, SecretBytes } from "@chatelaine/crypto";
import { PLAINTEXT_BYTES_MAX, equalBytes } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { ApplicationId } from "../application/application.ts";
import type { ApplicationReader } from "../application/application-store.ts";
import { getApplication } from "../application/get-application.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Writes } from "../transaction/transactions.ts";
import { sealConfigItem } from "./config-item.ts";
import type { ConfigItemStore, PutOutcome } from "./config-item-store.ts";

/** What the transaction gives. */
export interface SettingStores {
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemStore;
  readonly audit: AuditStore;
}

export interface SetConfigItemDeps {
  readonly database: Writes<SettingStores>;
  readonly keyring: { forSealing(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

export interface SetConfigItemRequest {
  readonly applicationId: ApplicationId;
  readonly identifier: string;
  readonly value: SecretBytes;
  /** The revision the caller has read; undefined: whatever is there. */
  readonly ifMatch?: Uint8Array;
}

/**
 * Seals and stores one property bag; returns its new revision (16 bytes).
 * Throws `value-too-large`, `application-not-found`, `revision-conflict`, `master-secret-server-unavailable`.
 */
export async function setConfigItem(
  deps: SetConfigItemDeps,
  caller: Caller,
  request: SetConfigItemRequest,
): Promise<Uint8Array> {
  if (request.value.length > PLAINTEXT_BYTES_MAX) {
    throw new CodedError("value-too-large", {
      detail: `a value has at most ${String(PLAINTEXT_BYTES_MAX)} bytes; split the item`,
    });
  }
  const ring = deps.keyring.forSealing();
  return deps.database.write(async (stores) => {
    const revision = await sealInto(deps, stores, ring, request);
    const { applicationId, identifier } = request;
    await stores.audit.record(
      deps.auditor.entry(caller, "config.set", { applicationId, identifier }),
    );
    return revision;
  });
}

async function sealInto(
  deps: SetConfigItemDeps,
  stores: SettingStores,
  ring: Keyring,
  request: SetConfigItemRequest,
): Promise<Uint8Array> {
  const { applicationId, identifier, ifMatch, value } = request;
  const application = await getApplication(stores, deps.guard, ring, applicationId);
  const current = await stores.configItems.find(applicationId, identifier);
  if (ifMatch !== undefined && !(current && equalBytes(current.revision, ifMatch))) {
    throw conflict();
  }
  const revision = nextRevision(deps.random, current?.revision);
  const sealed = sealConfigItem(ring, deps.random, application, { identifier, revision, value });
  const writtenAtMs = deps.clock.wallTime();
  const outcome = await stores.configItems.put(
    { applicationId, identifier, revision, sealed, writtenAtMs },
    sealingVersion(ring),
    current?.revision,
  );
  assertStored(outcome);
  return revision;
}

function sealingVersion(ring: Keyring): { number: number; checkValue: Uint8Array } {
  const number = ring.primary;
  if (number === undefined) {
    throw new CodedError("master-secret-server-unavailable");
  }
  return { number, checkValue: ring.checkValue(number) };
}

function assertStored(outcome: PutOutcome): void {
  switch (outcome) {
    case "stored":
      return;
    case "conflict":
      throw conflict();
    case "version-not-primary":
      throw new CodedError("master-secret-server-unavailable", {
        detail: "the master secret has a newer version which this node does not hold yet; retry",
      });
  }
}

function conflict(): CodedError {
  return new CodedError("revision-conflict", {
    detail: "the item was changed meanwhile; read it again and repeat the change",
  });
}
