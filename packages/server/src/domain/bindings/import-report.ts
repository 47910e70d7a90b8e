import type { BindingsImport, BindingsImported } from "@chatelaine/protocol";
import type { Outcome } from "../application/plan-application.ts";
import type { ImportPlan } from "./plan-import.ts";

/** The table that an import answers, the same whether it is a dry run or not. */
export function renderImport(
  request: BindingsImport & { readonly bytes: Uint8Array },
  { applications, gone, handlers }: ImportPlan,
  outcome: Outcome,
): BindingsImported {
  const items: BindingsImported["items"][number][] = [
    ...applications.flatMap(({ plan, items: planned }) =>
      planned.map((item) => ({
        application: plan.application.name,
        identifier: item.identifier,
        outcome: item.outcome,
        line: item.line,
        missing: item.missing,
        kept: item.kept,
      })),
    ),
    ...gone.map((item) => ({ ...item, outcome: "gone" as const, missing: [], kept: [] })),
  ];
  return {
    name: request.name,
    outcome,
    dryRun: request.dryRun === true,
    bytes: request.bytes.length,
    applications: applications.map(({ plan }) => ({
      name: plan.application.name,
      outcome: plan.outcome,
      newFields: plan.newFields.map(({ name, type, masked }) => ({ name, type, masked })),
      newlyMasked: plan.newlyMasked,
    })),
    items,
    handlers: handlers.map(({ kind, host, adapter }) => ({
      kind,
      host,
      ...(adapter !== undefined && { adapter }),
    })),
    missingSecrets: items.reduce((sum, { missing }) => sum + missing.length, 0),
  };
}
