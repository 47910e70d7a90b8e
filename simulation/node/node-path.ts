import type { DatabasePath } from "../database/database-path.ts";
import type { SimulatedServer } from "../database/simulated-server.ts";
import { DATABASE, type Links, type Place } from "../network/links.ts";

/** Something that happens to a node at one of its next messages to or from the database. */
export interface MessageTrap {
  messagesLeft: number;
  readonly spring: () => void;
}

/** Something that happens to a node as soon as the server begins with a statement. */
export interface StatementTrap {
  readonly statement: RegExp;
  readonly spring: () => void;
}

/** A node's way to the database, where a trap can lie between any two messages. */
export class NodePath implements DatabasePath {
  trap: MessageTrap | undefined;
  statementTrap: StatementTrap | undefined;
  /** Where the way leads instead of to the server that the others reach. */
  otherServer: SimulatedServer | undefined;
  /** After so many messages the connection that carries the next one breaks. */
  breaksAfter: number | undefined;
  readonly #links: Links;
  readonly #place: Place;

  constructor(links: Links, place: Place) {
    this.#links = links;
    this.#place = place;
  }

  delayMs(): number {
    return this.#links.delayMs();
  }

  isOpen(direction: "to-server" | "to-client"): boolean {
    const { trap } = this;
    if (trap !== undefined) {
      trap.messagesLeft -= 1;
      if (trap.messagesLeft <= 0) {
        this.trap = undefined;
        trap.spring();
      }
    }
    return direction === "to-server"
      ? this.#links.isOpen(this.#place, DATABASE)
      : this.#links.isOpen(DATABASE, this.#place);
  }

  began(text: string): void {
    const { statementTrap } = this;
    if (statementTrap?.statement.test(text) === true) {
      this.statementTrap = undefined;
      statementTrap.spring();
    }
  }

  breaks(direction: "to-server" | "to-client"): boolean {
    if (this.breaksAfter !== undefined) {
      this.breaksAfter -= 1;
      if (this.breaksAfter < 0) {
        this.breaksAfter = undefined;
        return true;
      }
    }
    return direction === "to-server"
      ? this.#links.loses(this.#place, DATABASE)
      : this.#links.loses(DATABASE, this.#place);
  }
}
