import {
  eraseKeyringSecrets,
  type Charter,
  type KeyringSecrets,
  type Warrant,
} from "@chatelaine/crypto";
import type { EventCode } from "@chatelaine/protocol";
import { isCoded } from "../base/coded-error.ts";
import { isOlder } from "../domain/charter/seen.ts";
import type { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { KeyringSealing } from "../domain/keyring/keyring-sealing.ts";
import {
  isKeyringOfCharter,
  openIssuedKeyring,
  ringKeeping,
} from "../domain/keyring/open-keyring.ts";
import type { MastershipId } from "../domain/mastership/mastership-store.ts";
import type { Greeting } from "../domain/node/join-transport.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import {
  openCandidateKeyring,
  readPapers,
  type KeyringOpening,
  type NodePapers,
} from "../domain/system/open-node.ts";
import type { IssuedKeyring } from "./peer-acts.ts";

export interface NodeViewDeps {
  readonly database: Pick<SsoDatabase, "read">;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly roster: Roster;
  readonly sealing: KeyringSealing;
  readonly events: EventSink;
  /** Papers or keyring have changed. */
  readonly changed: () => void;
}

const KEYRING_EVENTS = {
  opened: "master-secret.opened",
  missing: "master-secret.missing",
  "not-opened": "master-secret.not-opened",
  mismatch: "master-secret.mismatch",
} as const satisfies Record<KeyringOpening["kind"], EventCode>;

/** How a candidate's own keyring was found; a member has none. */
export type OwnKeyring = KeyringOpening["kind"] | "none";

/** What a node knows of its system: charter, warrants, keyring; read anew when there is news. */
export class NodeView {
  readonly #deps: NodeViewDeps;
  #papers: NodePapers;
  /** The charter's note beside which the warrants were read: a newer charter comes without them. */
  #noteOfWarrants: string | undefined;
  #own: OwnKeyring = "none";

  constructor(deps: NodeViewDeps, papers: NodePapers) {
    this.#deps = deps;
    this.#papers = papers;
  }

  get charter(): Charter {
    return this.#papers.charter;
  }

  get charterNote(): string {
    return this.#papers.charterNote;
  }

  /** This node's warrant and the charter, signed, as anybody may see them. */
  get greeting(): Greeting {
    return { warrant: this.#papers.warrantNote, charter: this.charterNote };
  }

  get warrant(): Warrant {
    return this.#papers.warrant;
  }

  get own(): OwnKeyring {
    return this.#own;
  }

  /** Whether the ring held is the charter's. */
  get holdsKeyring(): boolean {
    const { holder } = this.#deps;
    return holder.held()?.revision === this.charter.keyringRevision;
  }

  /** Takes up the papers that the node was opened with. */
  async begin(): Promise<void> {
    await this.#take(this.#papers);
  }

  /**
   * Reads the papers anew, and opens a candidate's keyring if there is another. Throws what
   * `readPapers` throws, but not for what it settles itself: a charter that revokes this node, or
   * one that is older than what was seen.
   */
  async reload(): Promise<void> {
    const { database, trust, self, holder } = this.#deps;
    let found: Charter | undefined;
    try {
      const papers = await database.read(async (stores) => {
        const row = await stores.charter.find();
        return row?.note === this.charterNote && this.#hasAll(row.note)
          ? undefined
          : await readPapers({ trust, self }, stores, (charter) => {
              found = charter;
            });
      });
      if (papers === undefined) {
        this.#readAgain();
      } else {
        await this.#take(papers);
      }
    } catch (error) {
      if (isCoded(error, "node-revoked") && found?.revokedNodes.includes(self.nodeId) === true) {
        holder.apply({ kind: "revoked" });
      } else if (isCoded(error, "database-behind")) {
        await this.#lookBehind();
      } else {
        throw error;
      }
    }
  }

  /** Takes a keyring and charter that the master secret server has issued; false if it is none. */
  async takeIssued(issued: IssuedKeyring): Promise<boolean> {
    const { self, sealing, trust, holder, events } = this.#deps;
    const note = { find: () => Promise.resolve({ serial: 0n, note: issued.charter }) };
    const charter = await trust.charter({ charter: note });
    if (charter.revokedNodes.includes(self.nodeId)) {
      holder.apply({ kind: "revoked" });
      return false;
    }
    const secrets = await openIssuedKeyring(self, this.warrant.role, issued, sealing);
    if (!isKeyringOfCharter(secrets, charter)) {
      eraseKeyringSecrets(secrets);
      events.raise("master-secret.mismatch", { keyringRevision: String(issued.revision) });
      return false;
    }
    if (isOlder(charter, this.charter)) {
      eraseKeyringSecrets(secrets); // overtaken while it was opened
      return false;
    }
    this.#papers = { ...this.#papers, charter, charterNote: issued.charter };
    this.#forgetRevoked(charter);
    holder.apply({ kind: "charter-read", charter });
    const isHeld = this.#hold(secrets, charter, issued.mastership);
    if (isHeld) {
      events.raise("master-secret.opened", { keyringRevision: String(issued.revision) });
    }
    return isHeld;
  }

  /**
   * Looks at the charter by which another node refused this one. Whoever shows it, it is authentic
   * and not older than what was believed, or it says nothing.
   */
  async takeRefusal(charterNote: string): Promise<void> {
    const { trust, holder, self } = this.#deps;
    const note = { find: () => Promise.resolve({ serial: 0n, note: charterNote }) };
    const charter = await trust.charter({ charter: note });
    if (charter.revokedNodes.includes(self.nodeId)) {
      holder.apply({ kind: "revoked" });
    }
  }

  /** The same as before; but in between the database may have been older. */
  #readAgain(): void {
    const { holder, changed } = this.#deps;
    const wasBehind = holder.details().behind !== undefined;
    holder.apply({ kind: "charter-read", charter: this.charter });
    if (wasBehind) {
      changed();
    }
  }

  async #lookBehind(): Promise<void> {
    const { database, trust, holder } = this.#deps;
    const charter = await database.read((stores) => trust.charterAsStored(stores));
    holder.apply({ kind: "charter-read", charter });
    this.#deps.changed();
  }

  #hasAll(note: string): boolean {
    const hasKeyring = this.warrant.role === "member" || this.holdsKeyring;
    return hasKeyring && note === this.#noteOfWarrants;
  }

  /** Who has joined is only in the database; who is revoked, the charter says itself. */
  #forgetRevoked({ revokedNodes }: Charter): void {
    const { roster } = this.#deps;
    roster.replace(roster.warrants.filter(({ nodeId }) => !revokedNodes.includes(nodeId)));
  }

  /** Papers that another reading has overtaken are not taken: nothing goes back. */
  async #take(papers: NodePapers): Promise<void> {
    const { holder, roster, self, sealing } = this.#deps;
    if (isOlder(papers.charter, this.charter)) {
      return;
    }
    this.#papers = papers;
    this.#noteOfWarrants = papers.charterNote;
    roster.replace(papers.warrants);
    holder.apply({ kind: "charter-read", charter: papers.charter });
    // One that is there is opened also by a node that is called a member now: it is for reading.
    const hasOwn = papers.warrant.role === "candidate" || papers.sealed !== undefined;
    if (hasOwn && !this.holdsKeyring) {
      const opening = await openCandidateKeyring({ self, sealing }, papers.charter, papers.sealed);
      if (opening.kind === "opened") {
        this.#hold(opening.secrets, papers.charter, undefined);
      }
      this.#tellOpening(opening.kind); // now that it can be read with
    }
    this.#deps.changed();
  }

  #tellOpening(own: KeyringOpening["kind"]): void {
    const isNews = own !== this.#own || own === "opened";
    this.#own = own;
    if (isNews) {
      const keyringRevision = String(this.charter.keyringRevision);
      this.#deps.events.raise(KEYRING_EVENTS[own], { keyringRevision });
    }
  }

  #hold(secrets: KeyringSecrets, charter: Charter, mastership: MastershipId | undefined): boolean {
    const { holder } = this.#deps;
    const isHeld = holder.opened(ringKeeping(secrets, charter, holder.held()), mastership);
    const previous = (holder.held()?.numbers.length ?? 0) - 1;
    if (isHeld && previous > 0) {
      this.#deps.events.raise("master-secret.previous-opened", { versions: previous });
    }
    this.#deps.changed();
    return isHeld;
  }
}
