import type { Cancel } from "../../packages/server/src/platform/scheduler.ts";
import type { Life } from "./life.ts";
import { runEvents } from "./run-events.ts";
import { VirtualTime } from "./virtual-time.ts";

/** Virtual time that goes on by itself as soon as something is planned: for tests that await. */
export class AutomaticTime extends VirtualTime {
  #isRunning = false;

  override after(delayMs: number, run: () => void | Promise<void>, life?: Life): Cancel {
    const cancel = super.after(delayMs, run, life);
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
    return cancel;
  }

  async #run(): Promise<void> {
    while (this.isAnythingLeft) {
      await runEvents(this, () => false);
    }
    this.#isRunning = false;
  }
}
