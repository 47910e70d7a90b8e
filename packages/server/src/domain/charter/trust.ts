import {
  CryptoError,
  equalBytes,
  openCharter,
  openInvitation,
  openWarrant,
  warrantId,
  type Charter,
  type Invitation,
  type NodeId,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { EventSink } from "../event/event-sink.ts";
import type { NodeIdentity, NodeSelf } from "../node/node-identity.ts";
import type { NodeReader, NodeRow } from "../node/node-store.ts";
import type { CharterReader } from "./charter-store.ts";
import { behind, isOlder, NOTHING_SEEN, seenAfter, type Seen } from "./seen.ts";

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
  #newest: Charter | undefined;
  #accepted: Charter | undefined;
  #toldBehind: string | undefined;
  /** Warrants of the last listing by their notes; undefined: the note is not the authority's. */
  #opened: ReadonlyMap<string, Warrant | undefined> = new Map();

  constructor(pinned: Pinned, events: EventSink) {
    this.#pinned = pinned;
    this.#events = events;
  }

  /**
   * The charter. Once one was believed, an older one is not, however authentic: who puts it back
   * would bring back versions and grants that are over. Then throws `database-behind`.
   */
  async charter(stores: { readonly charter: CharterReader }): Promise<Charter> {
    const charter = await this.charterAsStored(stores);
    const difference = behind(this.#believed, charter);
    if (difference !== undefined) {
      this.#tellBehind(difference);
      throw new CodedError("database-behind", {
        detail: `${difference}; nothing is done by a charter that is over`,
      });
    }
    this.#believed = seenAfter(this.#believed, charter, 0n);
    this.#newest = charter;
    this.#toldBehind = undefined;
    return charter;
  }

  /** The authentic charter that the database holds, also if a newer one was believed before. */
  async charterAsStored(stores: { readonly charter: CharterReader }): Promise<Charter> {
    const row = await stores.charter.find();
    return this.#believe("charter", row?.note, (note) =>
      openCharter(note, this.#pinned.systemId, this.#pinned.authorityKey),
    );
  }

  /** The newest charter that this process has believed. */
  get newestCharter(): Charter | undefined {
    return this.#newest;
  }

  /**
   * Lets this charter do for a claim although it is older than another one: an administrator has
   * said so. What it returns takes that back.
   */
  accept(charter: Charter): () => void {
    this.#accepted = charter;
    return () => {
      this.#accepted = undefined;
    };
  }

  /** As `charter`, to decide a claim by: for nothing else an older one does that was accepted. */
  async charterToClaimBy(stores: { readonly charter: CharterReader }): Promise<Charter> {
    const accepted = this.#accepted;
    const stored = await this.charterAsStored(stores);
    const isAccepted =
      accepted !== undefined && !isOlder(stored, accepted) && !isOlder(accepted, stored);
    return isAccepted ? stored : await this.charter(stores);
  }

  /**
   * Every node that the charter has not revoked, by its own authentic warrant. Rows that name no
   * node so are left out; the event is raised once for each note. Warrants that were verified for
   * the last listing are not verified again.
   */
  async liveWarrants(
    stores: { readonly nodes: NodeReader },
    charter: Charter,
  ): Promise<readonly Warrant[]> {
    const rows = await stores.nodes.list();
    const before = this.#opened;
    this.#opened = new Map(
      rows.map(({ warrant }) => [
        warrant,
        before.has(warrant) ? before.get(warrant) : this.#warrantIn(warrant),
      ]),
    );
    return rows.flatMap((row) => {
      const warrant = this.#opened.get(row.warrant);
      return warrant !== undefined && isLive(charter, row, warrant) ? [warrant] : [];
    });
  }

  /** The invitation of this node. Throws `invitation-refused` for any other text. */
  invitation(nodeId: NodeId, note: string): Invitation {
    const { systemId, authorityKey } = this.#pinned;
    const invitation = opened(note, (text) => openInvitation(text, systemId, authorityKey));
    if (invitation?.nodeId !== nodeId) {
      this.#events.raise("trust.statement-refused", { what: "invitation", present: true });
      throw new CodedError("invitation-refused", {
        detail: "somebody has changed the invitation in the SSO database; make another",
      });
    }
    return invitation;
  }

  /** Once for each difference: the database is read all the time. */
  #tellBehind(difference: string): void {
    if (this.#toldBehind !== difference) {
      this.#toldBehind = difference;
      this.#events.raise("trust.database-behind", { difference });
    }
  }

  #warrantIn(note: string): Warrant | undefined {
    const { systemId, authorityKey } = this.#pinned;
    const warrant = opened(note, (text) => openWarrant(text, systemId, authorityKey));
    if (warrant === undefined) {
      this.#events.raise("trust.statement-refused", { what: "warrant", present: true });
    }
    return warrant;
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
    const statement = note === undefined ? undefined : opened(note, open);
    if (statement !== undefined) {
      return statement;
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

/** What is in the note, or undefined if it is not authentic. */
function opened<T>(note: string, open: (note: string) => T): T | undefined {
  try {
    return open(note);
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether a row names the node of its warrant, and the charter has revoked neither. */
function isLive(charter: Charter, row: NodeRow, { nodeId }: Warrant): boolean {
  return (
    nodeId === row.nodeId &&
    !charter.revokedNodes.includes(nodeId) &&
    !charter.revokedWarrants.includes(warrantId(row.warrant))
  );
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
        "the charter revokes this node: somebody ran `chatelaine node revoke`, or `chatelaine node " +
        "recover`, which revokes all earlier nodes; its state directory is of no use any more",
    });
  }
}
