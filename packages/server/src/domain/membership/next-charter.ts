import { CHARTER_LIST_MAX, type Charter, type NodeId } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";

/** What a change adds to the charter. */
export interface Revocations {
  readonly nodes?: readonly NodeId[];
  /** Ids of warrants: 64 hexadecimal characters. */
  readonly warrants?: readonly string[];
}

/**
 * The charter after this one, with more revocations. Throws `charter-full` if it cannot list as
 * many: a revocation is for ever, because nothing else keeps an old warrant from coming back.
 */
export function nextCharter(charter: Charter, { nodes = [], warrants = [] }: Revocations): Charter {
  return {
    ...charter,
    serial: charter.serial + 1n,
    revokedNodes: merged(charter.revokedNodes, nodes),
    revokedWarrants: merged(charter.revokedWarrants, warrants),
  };
}

function merged<T extends string>(known: readonly T[], more: readonly T[]): readonly T[] {
  const all = [...new Set([...known, ...more])].sort();
  if (all.length > CHARTER_LIST_MAX) {
    throw new CodedError("charter-full", {
      detail:
        `a charter lists at most ${String(CHARTER_LIST_MAX)} revoked nodes and as many revoked ` +
        "warrants; stop the node and take its access to the database away",
    });
  }
  return all;
}
