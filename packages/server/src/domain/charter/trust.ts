import {
  CryptoError,
  equalBytes,
  openCharter,
  openWarrant,
  warrantId,
  type Charter,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { EventSink } from "../event/event-sink.ts";
import type { NodeIdentity, NodeSelf } from "../node/node-identity.ts";
import type { NodeReader } from "../node/node-store.ts";
import type { CharterReader } from "./charter-store.ts";
import { behind, NOTHING_SEEN, seenAfter, type Seen } from "./seen.ts";

/** What a node pins: enough to tell a statement of its system from any other text. */
export type Pinned = Pick<NodeIdentity, "systemId" | "authorityKey">;

/**
 * Believes statements of the system's authority and nothing else that the database says (P11).
 * Each refusal raises `trust.statement-refused` and throws `statement-not-authentic`.
 */
export class Trust {
  readonly #pinned: Pinned;
  readonly #events: EventSink;
  #believed: Seen = NOTHING_SEEN;

  constructor(pinned: Pinned, events: EventSink) {
    this.#pinned = pinned;
    this.#events = events;
  }

  /**
   * The charter. Once one was believed, an older one is not, however authentic: who puts it back
   * would bring back versions and grants that are over. Then throws `database-behind`.
   */
  async charter(stores: { readonly charter: CharterReader }): Promise<Charter> {
    const row = await stores.charter.find();
    const charter = this.#believe("charter", row?.note, (note) =>
      openCharter(note, this.#pinned.systemId, this.#pinned.authorityKey),
    );
    const difference = behind(this.#believed, charter);
    if (difference !== undefined) {
      this.#events.raise("trust.database-behind", { difference });
      throw new CodedError("database-behind", {
        detail: `${difference}; nothing is done by a charter that is over`,
      });
    }
    this.#believed = seenAfter(this.#believed, charter, 0n);
    return charter;
  }

  /**
   * This node's warrant, if the charter has revoked neither the node nor this warrant. Another
   * node's is as authentic, and so is an earlier one for keys that this node had before: it must
   * name this node and the keys it holds.
   */
  async ownWarrant(
    stores: { readonly nodes: NodeReader },
    charter: Charter,
    self: Pick<NodeSelf, "nodeId" | "keys">,
  ): Promise<Warrant> {
    assertLive(!charter.revokedNodes.includes(self.nodeId));
    const row = await stores.nodes.find(self.nodeId);
    const warrant = this.#believe("warrant", row?.warrant, (note) => {
      const opened = openWarrant(note, this.#pinned.systemId, this.#pinned.authorityKey);
      return isWarrantOf(opened, self) ? opened : undefined;
    });
    assertLive(row === undefined || !charter.revokedWarrants.includes(warrantId(row.warrant)));
    return warrant;
  }

  #believe<T>(
    what: "charter" | "warrant",
    note: string | undefined,
    open: (note: string) => T | undefined,
  ): T {
    try {
      const opened = note === undefined ? undefined : open(note);
      if (opened !== undefined) {
        return opened;
      }
    } catch (error) {
      if (!(error instanceof CryptoError)) {
        throw error;
      }
    }
    this.#events.raise("trust.statement-refused", { what, present: note !== undefined });
    throw new CodedError("statement-not-authentic", {
      detail:
        `the ${what} in the SSO database is missing or not signed by this system's authority` +
        (what === "warrant" ? ", or is for another key than node.key; " : "; ") +
        "find out who changed it and bring it back from a copy, or run `chatelaine node recover`",
      internal: { what },
    });
  }
}

function isWarrantOf(warrant: Warrant, self: Pick<NodeSelf, "nodeId" | "keys">): boolean {
  const { publicKeys } = self.keys;
  return (
    warrant.nodeId === self.nodeId &&
    equalBytes(warrant.tlsKey, publicKeys.tlsKey) &&
    equalBytes(warrant.hpkeKey, publicKeys.hpkeKey) &&
    equalBytes(warrant.statementKey, publicKeys.statementKey)
  );
}

/** Throws `node-revoked`. */
function assertLive(isLive: boolean): void {
  if (!isLive) {
    throw new CodedError("node-revoked", {
      detail:
        "the charter revokes this node, which `node recover` does to all earlier nodes; " +
        "its state directory is of no use any more",
    });
  }
}
