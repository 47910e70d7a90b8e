/** Something that happens at a time of its own. */
export interface Happening {
  readonly atMs: number;
  readonly order: number;
  readonly life: Life;
  readonly run: () => void | Promise<void>;
  isCancelled: boolean;
}

/**
 * The life of one process. What is to happen to it waits while it is frozen, and never happens
 * once it is over: its promises stay open for ever, as those of a killed process do.
 */
export class Life {
  readonly #held: Happening[] = [];
  #isFrozen = false;
  #isOver = false;

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  /** What waited meanwhile, in order; the caller puts it back into time. */
  thaw(): readonly Happening[] {
    this.#isFrozen = false;
    return this.#held.splice(0);
  }

  end(): void {
    this.#isOver = true;
    this.#held.length = 0;
  }

  hold(happening: Happening): void {
    this.#held.push(happening);
  }
}
