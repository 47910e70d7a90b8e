/** Lets one piece of work run at a time, in the order of asking. Its queue lives in promises. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all earlier work has ended, however that ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined); // Its own caller hears of the failure.
    return turn;
  }
}
