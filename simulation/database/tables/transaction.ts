/** What waits until a transaction has ended, in the order of asking. */
export interface EndWaiter {
  readonly transaction: Transaction;
  readonly resume: () => void;
}

/**
 * One transaction of the simulated server. What it wrote is visible to others once it has a place
 * in the order of commits; what it undoes, it undoes itself.
 */
export class Transaction {
  /** Place in the order of commits; undefined: under way, or rolled back. */
  committedAs: number | undefined;
  hasEnded = false;
  /** Statements so far: one statement does not see what it does itself. */
  command = 0;
  readonly #undo: (() => void)[] = [];
  readonly #onEnd: (() => void)[] = [];

  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Runs when the transaction has ended either way: locks are given back. */
  onEnd(run: () => void): void {
    this.#onEnd.push(run);
  }

  get hasWritten(): boolean {
    return this.#undo.length > 0;
  }

  commit(place: number): void {
    this.committedAs = place;
    this.#end();
  }

  rollBack(): void {
    for (const undo of this.#undo.toReversed()) {
      undo();
    }
    this.#end();
  }

  #end(): void {
    this.hasEnded = true;
    this.#undo.length = 0;
    for (const run of this.#onEnd.splice(0)) {
      run();
    }
  }
}

/** Whose writes a statement sees: those committed by then, and its own transaction's earlier ones. */
export interface Snapshot {
  readonly transaction: Transaction;
  readonly command: number;
  readonly committedUpTo: number;
}

export function sees(snapshot: Snapshot, writer: Transaction, command: number): boolean {
  return writer === snapshot.transaction
    ? command < snapshot.command
    : writer.committedAs !== undefined && writer.committedAs <= snapshot.committedUpTo;
}
