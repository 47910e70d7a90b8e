import type { Cancel, Scheduler } from "../platform/scheduler.ts";
import type { Beat } from "./peer-acts.ts";
import { BEAT_MS } from "./peers.ts";

/** Sends beats to everybody who watches: one timer for all of them, and none while there are none. */
export class Beats {
  readonly #scheduler: Scheduler;
  readonly #beat: () => Beat;
  readonly #watchers = new Set<(beat: Beat) => void>();
  #cancel: Cancel | undefined;

  constructor(scheduler: Scheduler, beat: () => Beat) {
    this.#scheduler = scheduler;
    this.#beat = beat;
  }

  watch(send: (beat: Beat) => void): Cancel {
    const watcher = (beat: Beat): void => {
      send(beat);
    };
    this.#watchers.add(watcher);
    watcher(this.#beat());
    this.#cancel ??= this.#next();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) {
        this.stop();
      }
    };
  }

  /** Something in a beat has changed. */
  send(): void {
    if (this.#watchers.size > 0) {
      const beat = this.#beat();
      for (const watcher of [...this.#watchers]) {
        watcher(beat);
      }
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #next(): Cancel {
    return this.#scheduler.after(BEAT_MS, () => {
      this.send();
      this.#cancel = this.#watchers.size === 0 ? undefined : this.#next();
    });
  }
}
