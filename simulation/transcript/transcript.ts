import { BEGINNING_MS, type VirtualTime } from "../engine/virtual-time.ts";

/** What happened in a run, line by line: time since the beginning, who, and what. */
export class Transcript {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  tell(who: string, what: string): void {
    const seconds = ((this.#time.nowMs - BEGINNING_MS) / 1000).toFixed(3);
    this.lines.push(`${seconds.padStart(9)}  ${who.padEnd(9)} ${what}`);
  }
}
