import type { VirtualTime } from "../engine/virtual-time.ts";

/** When each node last was dead or looked like it: its process ended, or its address refused. */
export class Deaths {
  readonly #time: VirtualTime;
  readonly #lastAtMs = new Map<string, number>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  refused(nodeId: string): void {
    this.#lastAtMs.set(nodeId, this.#time.nowMs);
  }

  isSince(nodeId: string, atMs: number): boolean {
    return (this.#lastAtMs.get(nodeId) ?? -Infinity) >= atMs;
  }
}
