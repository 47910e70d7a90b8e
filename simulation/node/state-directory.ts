import {
  NOTHING_SEEN,
  type Seen,
  type SeenStore,
} from "../../packages/server/src/domain/charter/seen.ts";
import type { Life } from "../engine/life.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";

const WRITE_MS = 2;

/** What a node keeps on its disk. What was not yet written when it is killed is lost. */
export class StateDirectory {
  readonly #time: VirtualTime;
  #seen: Seen;

  constructor(time: VirtualTime, seen: Seen) {
    this.#time = time;
    this.#seen = seen;
  }

  /** As one process uses it. */
  openedBy(life: Life): SeenStore {
    return {
      load: () => Promise.resolve(this.#seen),
      save: (seen) =>
        new Promise((resolve) => {
          this.#time.after(
            WRITE_MS,
            () => {
              this.#seen = seen;
              resolve();
            },
            life,
          );
        }),
    };
  }

  /** The disk is replaced by an empty one, and the keys brought back from elsewhere. */
  forget(): void {
    this.#seen = NOTHING_SEEN;
  }
}
