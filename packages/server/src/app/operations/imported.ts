import type { OpenNode } from "../open-node.ts";

/** Whatever this node keeps of lookups may be what the import has changed: it is looked up anew. */
export function imported<Report extends { readonly dryRun: boolean }>(
  node: OpenNode,
  report: Report,
): Report {
  if (!report.dryRun) {
    node.lookups.purge();
  }
  return report;
}
