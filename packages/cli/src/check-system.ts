import type { SystemStatus } from "@chatelaine/protocol";
import { CHECK_EXIT } from "./exit-code.ts";

export interface CheckProblem {
  readonly exitCode: number;
  readonly text: string;
}

/** The worst that is wrong with the system, for a monitor; undefined if nothing is. */
export function checkSystem({ master, nodes }: SystemStatus): CheckProblem | undefined {
  const named = (is: (node: SystemStatus["nodes"][number]) => boolean): string =>
    nodes
      .filter(is)
      .map(({ nodeName }) => nodeName)
      .join(", ");
  const blind = named(({ status }) => status?.health.canRead === false);
  const mute = named(({ status }) => status?.health.canSeal === false);
  const silent = named(({ status }) => status === undefined);
  if (blind !== "") {
    return { exitCode: CHECK_EXIT.cannotRead, text: `cannot read: ${blind}` };
  }
  if (master === undefined) {
    return { exitCode: CHECK_EXIT.noMaster, text: "there is no master secret server" };
  }
  if (mute !== "") {
    return { exitCode: CHECK_EXIT.cannotSeal, text: `cannot seal: ${mute}` };
  }
  return silent === ""
    ? undefined
    : { exitCode: CHECK_EXIT.nodeUnreachable, text: `unreachable: ${silent}` };
}
