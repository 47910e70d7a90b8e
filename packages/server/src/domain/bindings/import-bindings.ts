import { decodeText, parseBindings } from "@chatelaine/biztalk";
import type { Keyring, RandomSource } from "@chatelaine/crypto";
import type { BindingsImport, BindingsImported } from "@chatelaine/protocol";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { Auditor } from "../audit/auditor.ts";
import { once, type Repeatable } from "../idempotency/once.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import type { Reads, Writes } from "../transaction/transactions.ts";
import { applyImport, type ImportStores } from "./apply-import.ts";
import { groupTransports, type TransportGroup } from "./group-transports.ts";
import type { ImportSteps } from "./import-desk.ts";
import { reading } from "../import-file/import-problems.ts";
import { readKnown, type KnownReaders } from "./known-state.ts";
import { planImport, type ImportPlan } from "./plan-import.ts";
import { PlanOutdated } from "./plan-outdated.ts";
import { renderImport } from "./import-report.ts";
import { sealImport, type SealedImport } from "./seal-import.ts";

export interface ImportDeps {
  readonly database: Reads<KnownReaders> & Writes<ImportStores>;
  readonly keyring: { forSealing(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

export interface ImportRequest extends BindingsImport {
  readonly bytes: Uint8Array;
  readonly repeatable: Repeatable | undefined;
}

/** How often an import is planned anew because something changed while it was planned. */
const ATTEMPTS_MAX = 5;

/**
 * Takes over a binding file: its applications, an item for each transport, and the file itself,
 * all in one transaction. It is read, planned and sealed before that, so that the transaction is
 * short; if something of it has changed by then, it is planned anew. Importing the same again
 * changes nothing. Throws `import-invalid`, `import-not-supported`, `import-too-large`, and what
 * `planImport` throws; `revision-conflict` if others do not leave it alone.
 */
export async function importBindings(
  deps: ImportDeps,
  caller: Caller,
  request: ImportRequest,
  steps: ImportSteps,
): Promise<BindingsImported> {
  const { file, mask = [] } = request;
  const { groups, handlers } = await reading(file, async () => {
    const { text } = decodeText(request.bytes);
    const pause = (done: number): Promise<void> => steps.step("reading", done, text.length);
    const parsed = await parseBindings(text, { mask, pause });
    return { groups: groupTransports(file, parsed.transports), handlers: parsed.handlers };
  });
  for (let attempt = 1; ; attempt += 1) {
    const { plan, sealed } = await prepare(deps, caller, request, groups, steps);
    const answer = renderImport(request, { ...plan, handlers }, sealed.outcome);
    if (request.dryRun === true) {
      return answer;
    }
    await steps.step("writing", 0, sealed.items.length);
    try {
      const { ring } = sealed;
      return await once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
        await applyImport(deps, stores, caller, sealed);
        return answer;
      });
    } catch (error) {
      if (!(error instanceof PlanOutdated) || attempt === ATTEMPTS_MAX) {
        throw error;
      }
    }
  }
}

async function prepare(
  deps: ImportDeps,
  caller: Caller,
  request: ImportRequest,
  groups: readonly TransportGroup[],
  steps: ImportSteps,
): Promise<{ readonly plan: Omit<ImportPlan, "handlers">; readonly sealed: SealedImport }> {
  const ring = deps.keyring.forSealing();
  const { random } = deps;
  const known = await deps.database.read((stores) =>
    readKnown(ring, deps.guard, stores, request, groups),
  );
  const plan = await planImport({ ring, random, steps }, request.file, groups, known);
  const sealed = await sealImport({ ...deps, ring, steps }, caller, request, {
    groups,
    known,
    plan,
  });
  return { plan, sealed };
}
