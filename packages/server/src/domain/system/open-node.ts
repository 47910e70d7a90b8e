import { eraseKeyringSecrets, type Charter, type Keyring, type Warrant } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import { behind, type Seen } from "../charter/seen.ts";
import type { Trust } from "../charter/trust.ts";
import { isKeyringOfCandidate, openSealedKeyring, ringFrom } from "../keyring/open-keyring.ts";
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
  | { readonly kind: "opened"; readonly ring: Keyring }
  | { readonly kind: "missing" }
  | { readonly kind: "not-opened" }
  | { readonly kind: "mismatch" };

export interface OpenedNode {
  readonly charter: Charter;
  readonly warrant: Warrant;
  readonly keyring: KeyringOpening;
  /** How the database is older than what this node has seen. */
  readonly behind: string | undefined;
}

/**
 * What a node finds in the database at start: its charter and warrant, both believed only by
 * signature, and its keyring, believed only if it is what the charter says. Without an authentic
 * charter no keyring is opened: whoever writes the database could have sealed one to this node.
 * Throws `system-mismatch`, `statement-not-authentic`, `node-revoked`, `database-behind`.
 */
export async function openNode(
  deps: { readonly database: Reads<OpeningStores>; readonly trust: Trust; readonly self: NodeSelf },
  seen: Seen,
): Promise<OpenedNode> {
  const { charter, warrant, row } = await deps.database.read(async (stores) => {
    const system = await stores.system.find();
    if (system?.systemId !== deps.self.systemId) {
      throw new CodedError("system-mismatch", {
        detail:
          `the state directory belongs to system ${deps.self.systemId}, the database to ` +
          `${system?.systemId ?? "none"}; check which database the node is to use`,
      });
    }
    const found = await deps.trust.charter(stores);
    if ((await stores.nodes.find(deps.self.nodeId)) === undefined) {
      assertNotBehind(behind(seen, found));
    }
    return {
      charter: found,
      warrant: await deps.trust.ownWarrant(stores, found, deps.self),
      row: await stores.sealedKeyrings.find(deps.self.nodeId),
    };
  });
  const keyring = await openCandidateKeyring(deps.self, charter, row);
  return { charter, warrant, keyring, behind: behind(seen, charter) };
}

/** A copy of the database from before this node was admitted does not know it: say that instead. */
function assertNotBehind(difference: string | undefined): void {
  if (difference !== undefined) {
    throw new CodedError("database-behind", {
      detail: `${difference}, and does not know this node; bring back a newer copy of the database`,
    });
  }
}

async function openCandidateKeyring(
  self: NodeSelf,
  charter: Charter,
  row: SealedKeyringRow | undefined,
): Promise<KeyringOpening> {
  if (row === undefined) {
    return { kind: "missing" };
  }
  try {
    const secrets = await openSealedKeyring(self, row);
    if (!isKeyringOfCandidate(secrets, charter)) {
      eraseKeyringSecrets(secrets);
      return { kind: "mismatch" };
    }
    return { kind: "opened", ring: ringFrom(secrets) };
  } catch (error) {
    if (isCoded(error, "cannot-open")) {
      return { kind: "not-opened" };
    }
    throw error;
  }
}
