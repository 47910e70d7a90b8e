import type { LockMode } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";
import type { Transaction } from "./transaction.ts";

/** PostgreSQL documentation, table 13.3: which modes exclude each other. */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  "key share": ["update"],
  share: ["no key update", "update"],
  "no key update": ["share", "no key update", "update"],
  update: ["key share", "share", "no key update", "update"],
};

const STRENGTH: readonly LockMode[] = ["key share", "share", "no key update", "update"];

/**
 * Why a statement cannot go on now. Whoever runs the statement sets `resume`, and may give up with
 * `abandon`; the statement goes on when `isOver`.
 */
export interface Wait {
  readonly transaction: Transaction;
  isOver: boolean;
  resume: () => void;
  abandon(): void;
  /** The transactions that have to end, or to be served, first. */
  blockers(): readonly Transaction[];
}

/** Runs synchronously between its waits. */
export type Steps<T> = Generator<Wait, T, void>;

interface Waiter extends Wait {
  readonly mode: LockMode;
}

/** The lock of one row, or of an advisory key. Waiters are served in order. */
export class RowLock {
  readonly #holders = new Map<Transaction, LockMode>();
  readonly #queue: Waiter[] = [];

  get isHeldByOthers(): (transaction: Transaction) => boolean {
    return (transaction) => [...this.#holders.keys()].some((holder) => holder !== transaction);
  }

  /** Takes the lock if nobody's is in the way. Who comes later may pass those who wait. */
  tryTake(transaction: Transaction, mode: LockMode): boolean {
    const held = this.#holders.get(transaction);
    if (held !== undefined && STRENGTH.indexOf(held) >= STRENGTH.indexOf(mode)) {
      return true;
    }
    if (this.#blockersOf(transaction, mode).length > 0) {
      return false;
    }
    this.#grant(transaction, mode);
    return true;
  }

  /** Takes the lock, after waiting if need be. True if it waited. */
  *take(transaction: Transaction, mode: LockMode): Steps<boolean> {
    if (this.tryTake(transaction, mode)) {
      return false;
    }
    const waiter: Waiter = {
      transaction,
      mode,
      isOver: false,
      resume: () => undefined,
      abandon: () => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        this.#serve();
      },
      blockers: () => [
        ...this.#blockersOf(transaction, mode),
        ...this.#queue.slice(0, this.#queue.indexOf(waiter)).map((one) => one.transaction),
      ],
    };
    this.#queue.push(waiter);
    yield waiter;
    if (!waiter.isOver) {
      throw new SqlError("XX000", "a wait was left before it was over");
    }
    return true;
  }

  #blockersOf(transaction: Transaction, mode: LockMode): readonly Transaction[] {
    return [...this.#holders]
      .filter(([holder, held]) => holder !== transaction && CONFLICTS[mode].includes(held))
      .map(([holder]) => holder);
  }

  #grant(transaction: Transaction, mode: LockMode): void {
    if (!this.#holders.has(transaction)) {
      transaction.onEnd(() => {
        this.#holders.delete(transaction);
        this.#serve();
      });
    }
    this.#holders.set(transaction, mode);
  }

  /** The first in line goes on if it can, then the next; nobody passes one who cannot. */
  #serve(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (this.#blockersOf(first.transaction, first.mode).length > 0) {
        return;
      }
      this.#queue.shift();
      this.#grant(first.transaction, first.mode);
      first.isOver = true;
      first.resume();
    }
  }
}

/** Waits until another transaction has ended: for whoever inserted the same key. */
export function* untilEnded(of: Transaction, transaction: Transaction): Steps<void> {
  if (of.hasEnded || of === transaction) {
    return;
  }
  const wait: Wait = {
    transaction,
    isOver: false,
    resume: () => undefined,
    abandon: () => {
      wait.resume = () => undefined;
    },
    blockers: () => (of.hasEnded ? [] : [of]),
  };
  of.onEnd(() => {
    wait.isOver = true;
    wait.resume();
  });
  yield wait;
}
