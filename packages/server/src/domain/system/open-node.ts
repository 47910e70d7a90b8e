import {
  eraseKeyringSecrets,
  type Charter,
  type KeyringSecrets,
  type Warrant,
} from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import { behind, type Seen } from "../charter/seen.ts";
import type { Trust } from "../charter/trust.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import { isKeyringOfCandidate, openSealedKeyring } from "../keyring/open-keyring.ts";
import type { SealedKeyringReader, SealedKeyringRow } from "../keyring/sealed-keyring-store.ts";
import { CodedError } from "../../base/coded-error.ts";
import type { NodeReader } from "../node/node-store.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { SystemReader } from "./system-store.ts";
import type { NodeSelf } from "../node/node-identity.ts";

/** What a node reads of the database at start. */
export interface OpeningStores {
  readonly system: SystemReader;
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
  readonly sealedKeyrings: SealedKeyringReader;
}

/** Whether a candidate could open the keyring sealed to it. */
export type KeyringOpening =
  | { readonly kind: "opened"; readonly secrets: KeyringSecrets }
  | { readonly kind: "missing" }
  | { readonly kind: "not-opened" }
  | { readonly kind: "mismatch" };

/** What the database says of a node, believed by signature alone. */
export interface NodePapers {
  readonly charter: Charter;
  /** The charter's note, to be shown to other nodes. */
  readonly charterNote: string;
  readonly warrant: Warrant;
  /** Its note. */
  readonly warrantNote: string;
  /** The live nodes, this one among them. */
  readonly warrants: readonly Warrant[];
  /** The keyring sealed to this node as a candidate, if there is one. */
  readonly sealed: SealedKeyringRow | undefined;
}

/**
 * What a node finds in the database at start: its charter and warrant, both believed only by
 * signature. Throws `system-mismatch`, `statement-not-authentic`, `node-revoked`,
 * `database-behind`.
 */
export async function openNode(
  deps: { readonly database: Reads<OpeningStores>; readonly trust: Trust; readonly self: NodeSelf },
  seen: Seen,
): Promise<NodePapers> {
  return await deps.database.read(async (stores) => {
    const system = await stores.system.find();
    if (system?.systemId !== deps.self.systemId) {
      throw new CodedError("system-mismatch", {
        detail:
          `the state directory belongs to system ${deps.self.systemId}, the database to ` +
          `${system?.systemId ?? "none"}; check which database the node is to use`,
      });
    }
    return await readPapers(deps, stores, async (charter) => {
      if ((await stores.nodes.find(deps.self.nodeId)) === undefined) {
        assertNotBehind(behind(seen, charter));
      }
    });
  });
}

/**
 * Reads the papers anew; `check` sees the charter before the warrant is looked for. Throws as
 * `openNode`.
 */
export async function readPapers(
  { trust, self }: { readonly trust: Trust; readonly self: NodeSelf },
  stores: Pick<OpeningStores, "charter" | "nodes" | "sealedKeyrings">,
  check: (charter: Charter) => void | Promise<void>,
): Promise<NodePapers> {
  const row = await stores.charter.find();
  const charter = await trust.charter({ charter: { find: () => Promise.resolve(row) } });
  await check(charter);
  const warrant = await trust.ownWarrant(stores, charter, self);
  const warrantNote = (await stores.nodes.find(self.nodeId))?.warrant ?? "";
  const warrants = await trust.liveWarrants(stores, charter);
  const sealed = await stores.sealedKeyrings.find(self.nodeId);
  const charterNote = row?.note ?? "";
  return { charter, charterNote, warrant, warrantNote, warrants, sealed };
}

/** A copy of the database from before this node was admitted does not know it: say that instead. */
function assertNotBehind(difference: string | undefined): void {
  if (difference !== undefined) {
    throw new CodedError("database-behind", {
      detail: `${difference}, and does not know this node; bring back a newer copy of the database`,
    });
  }
}

/**
 * A candidate's own keyring, believed only if it is what the charter says: whoever writes the
 * database could have sealed one to this node. The secrets become the caller's.
 */
export async function openCandidateKeyring(
  deps: { readonly self: NodeSelf; readonly sealing: Pick<KeyringSealing, "open"> },
  charter: Charter,
  row: SealedKeyringRow | undefined,
): Promise<KeyringOpening> {
  if (row === undefined) {
    return { kind: "missing" };
  }
  try {
    const secrets = await openSealedKeyring(deps.self, row, deps.sealing);
    if (!isKeyringOfCandidate(secrets, charter)) {
      eraseKeyringSecrets(secrets);
      return { kind: "mismatch" };
    }
    return { kind: "opened", secrets };
  } catch (error) {
    if (isCoded(error, "cannot-open")) {
      return { kind: "not-opened" };
    }
    throw error;
  }
}
