import { Authority, type Charter, type KeyringSecrets, type Warrant } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { Candidacy } from "../mastership/decide-claim.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { NodesWriteStores } from "./change-nodes.ts";
import { newWarrant } from "./new-warrant.ts";

export interface CandidacyDeps {
  readonly self: NodeSelf;
  readonly sealing: KeyringSealing;
}

/** What a candidacy writes. */
export type CandidacyStores = Pick<NodesWriteStores, "charter" | "nodes" | "sealedKeyrings">;

/** The charter, and the warrant of the member that this node is; each with its note. */
export interface MemberPapers {
  readonly charter: Charter;
  readonly charterNote: string;
  readonly warrant: Warrant;
  readonly warrantNote: string;
}

/**
 * Makes a candidate of the member that this node is, with the authority of a backup: a new warrant,
 * the charter that revokes the one before, and the keyring sealed to this node. Nothing is written
 * yet: that is done by the claim for which this is prepared. Throws `charter-full`,
 * `keyring-mismatch`.
 */
export async function candidacyFromBackup(
  deps: CandidacyDeps,
  secrets: KeyringSecrets,
  { charter, charterNote, warrant, warrantNote }: MemberPapers,
): Promise<Candidacy<CandidacyStores>> {
  const { authoritySeed } = secrets;
  if (authoritySeed === undefined) {
    throw new CodedError("keyring-mismatch", { detail: "the backup lacks the authority's key" });
  }
  using authority = Authority.fromSeed(authoritySeed);
  const before = { warrant, note: warrantNote };
  const { write } = await newWarrant(deps, { authority, secrets, charter }, before, {
    role: "candidate",
  });
  return { charterNote, write };
}
