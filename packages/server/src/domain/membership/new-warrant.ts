import { signWarrant, warrantId, type Warrant } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { signedCharter, type ChangeNodesDeps, type NodesWriteStores } from "./change-nodes.ts";
import { findWarrant } from "./list-nodes.ts";
import type { LoadedAuthority } from "./load-authority.ts";
import { nextCharter } from "./next-charter.ts";
import { sealToCandidate } from "./seal-to-candidate.ts";

/** A live node's warrant and its note. */
export interface WarrantedNode {
  readonly warrant: Warrant;
  readonly note: string;
}

/** By id or name. Throws `node-not-found`. */
export async function findNode(
  deps: ChangeNodesDeps,
  { charter }: LoadedAuthority,
  idOrName: string,
): Promise<WarrantedNode> {
  return await deps.database.read(async (stores) => {
    const warrant = findWarrant(await deps.trust.liveWarrants(stores, charter), idOrName);
    const row = await stores.nodes.find(warrant.nodeId);
    if (row === undefined) {
      throw new CodedError("node-not-found");
    }
    return { warrant, note: row.warrant };
  });
}

/** A node's next warrant, and what has to be written for it. */
export interface NewWarrant {
  readonly warrant: Warrant;
  readonly write: (
    stores: Pick<NodesWriteStores, "charter" | "nodes" | "sealedKeyrings">,
  ) => Promise<void>;
}

/**
 * Another warrant for the same node and keys. The one before is revoked by the charter that makes
 * this one, or whoever writes the database could bring it back. Throws `charter-full`.
 */
export async function newWarrant(
  deps: Pick<ChangeNodesDeps, "self" | "sealing">,
  loaded: Pick<LoadedAuthority, "authority" | "secrets" | "charter">,
  before: WarrantedNode,
  changes: Partial<Pick<Warrant, "role" | "addresses">>,
): Promise<NewWarrant> {
  const charter = nextCharter(loaded.charter, { warrants: [warrantId(before.note)] });
  const warrant = { ...before.warrant, ...changes, admissionSerial: charter.serial };
  const note = signWarrant(loaded.authority, deps.self.systemId, warrant);
  const charterNote = signedCharter(deps, loaded, charter);
  const sealed = await sealToCandidate(deps, loaded.secrets, warrant);
  return {
    warrant,
    write: async (stores) => {
      await stores.charter.put({ serial: charter.serial, note: charterNote });
      await stores.nodes.put({ nodeId: warrant.nodeId, warrant: note });
      if (sealed !== undefined) {
        await stores.sealedKeyrings.put(sealed);
      }
    },
  };
}
