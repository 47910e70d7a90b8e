import type { Seen, SeenStore } from "../domain/charter/seen.ts";
import type { EventSink } from "../domain/event/event-sink.ts";

/** Writes down what was seen: one write at a time, always the latest. */
export class SeenKeeper {
  readonly #store: SeenStore;
  readonly #events: EventSink;
  #next: Seen | undefined;
  #writing: Promise<void> | undefined;

  constructor(store: SeenStore, events: EventSink) {
    this.#store = store;
    this.#events = events;
  }

  remember(seen: Seen): void {
    this.#next = seen;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything that was to be remembered is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#next !== undefined) {
      const seen = this.#next;
      this.#next = undefined;
      try {
        await this.#store.save(seen);
      } catch (error) {
        // Goes on: what is not remembered only makes a database that goes back harder to notice.
        this.#events.raise("node.state-not-saved", { reason: String(error) });
      }
    }
    // At once: what is to be remembered from here on begins another.
    this.#writing = undefined;
  }
}
