import type { Cancel, Scheduler } from "../../packages/server/src/platform/scheduler.ts";
import { type Happening, Life } from "./life.ts";

/** When virtual time begins: any instant would do, as long as it is always the same. */
export const BEGINNING_MS = 1_700_000_000_000;

/**
 * Time that goes on only from one happening to the next. Two at the same instant happen in the
 * order in which they were planned, so that a run is decided by its seed alone.
 */
export class VirtualTime {
  readonly #heap: Happening[] = [];
  readonly #everlasting = new Life();
  #nowMs = BEGINNING_MS;
  #planned = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many happenings were planned so far. */
  get planned(): number {
    return this.#planned;
  }

  get isAnythingLeft(): boolean {
    return this.#heap.length > 0;
  }

  after(delayMs: number, run: () => void | Promise<void>, life = this.#everlasting): Cancel {
    this.#planned += 1;
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const happening = { atMs, order: this.#planned, life, run, isCancelled: false };
    this.#push(happening);
    return () => {
      happening.isCancelled = true;
    };
  }

  /** The scheduler of one process. */
  schedulerOf(life: Life): Scheduler {
    return { after: (delayMs, run) => this.after(delayMs, run, life) };
  }

  thaw(life: Life): void {
    for (const { run, isCancelled } of life.thaw()) {
      if (!isCancelled) {
        this.after(0, run, life);
      }
    }
  }

  /** Lets the next thing happen. Undefined: nothing is left to happen. */
  step(): { readonly done: void | Promise<void> } | undefined {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      if (!next.isCancelled && !next.life.isOver) {
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        if (!next.life.isFrozen) {
          return { done: next.run() };
        }
        next.life.hold(next);
      }
    }
    return undefined;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !isBefore(happening, parent)) {
        break;
      }
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) {
      return first;
    }
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const [left, right] = [heap[leftAt], heap[leftAt + 1]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, last)) {
        break;
      }
      heap[at] = child;
      at = isRight ? leftAt + 1 : leftAt;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
