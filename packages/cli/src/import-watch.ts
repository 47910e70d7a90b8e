import { toBase32 } from "@chatelaine/crypto";
import type { ImportProgress } from "@chatelaine/protocol";
import type { ChatelaineClient } from "@chatelaine/sdk";
import { pause, systemRandom, systemScheduler } from "@chatelaine/server";
import type { Manner } from "./command-context.ts";
import type { Terminal } from "./terminal.ts";

/** A file at its largest on a slow machine, behind others that wait. */
const ANSWER_MS_MAX = 10 * 60_000;
const ASK_AGAIN_MS = 200;
const ID_BYTES = 8;
const BAR_CHARACTERS = 24;
const PERCENT = 100;
const MEGABYTE = 1_000_000;

const STAGES = {
  none: undefined,
  waiting: "waiting for other imports",
  reading: "reading",
  planning: "comparing",
  sealing: "sealing",
  writing: "writing",
} as const satisfies Record<ImportProgress["stage"], string | undefined>;

/**
 * Shows on a terminal how far an import is: the bytes that have gone out, then what the node says.
 * Where nobody looks it shows and asks nothing.
 */
export class ImportWatch {
  readonly #show: ((line: string) => void) | undefined;
  #title = "";
  #line = "";
  #isSent = false;

  /** `isQuiet`: the answer is for a program. */
  constructor({ showProgress }: Pick<Terminal, "showProgress">, isQuiet: boolean) {
    this.#show = isQuiet ? undefined : showProgress;
  }

  /** How the node is to be called, so that there is something to show. */
  get manner(): Manner {
    return {
      answerMsMax: ANSWER_MS_MAX,
      ...(this.#show !== undefined && {
        onSent: (sent, total) => {
          this.#isSent = sent === total;
          this.#draw("sending", sent, total, `of ${(total / MEGABYTE).toFixed(1)} MB`);
        },
      }),
    };
  }

  /** Does the work, which is to give its id to the node, and shows how far it is. */
  async run<T>(
    client: ChatelaineClient,
    title: string,
    work: (progressId: string | undefined) => Promise<T>,
  ): Promise<T> {
    const show = this.#show;
    if (show === undefined) {
      return await work(undefined);
    }
    this.#title = title;
    this.#line = "";
    this.#isSent = false;
    const progressId = toBase32(systemRandom.bytes(ID_BYTES));
    const ended = new AbortController();
    // Not awaited: when the work has ended, nobody waits for what the node says of it.
    void this.#ask(client, progressId, ended.signal);
    try {
      return await work(progressId);
    } finally {
      ended.abort();
      show("");
    }
  }

  async #ask(client: ChatelaineClient, progressId: string, ended: AbortSignal): Promise<void> {
    for (;;) {
      await pause(systemScheduler, ASK_AGAIN_MS, ended);
      const progress = this.#isSent ? await askOnce(client, progressId) : undefined;
      if (ended.aborted) {
        return;
      }
      const stage = progress === undefined ? undefined : STAGES[progress.stage];
      if (progress !== undefined && stage !== undefined) {
        this.#draw(stage, progress.done, progress.total, "");
      }
    }
  }

  #draw(stage: string, done: number, total: number, unit: string): void {
    const share = total === 0 ? undefined : Math.min(done / total, 1);
    const shown = share === undefined ? "" : `  ${bar(share)} ${percent(share)} % ${unit}`;
    const line = `${this.#title}: ${stage}${shown}`.trimEnd();
    if (line !== this.#line) {
      this.#line = line;
      this.#show?.(line);
    }
  }
}

/** That it cannot be told is no failure of the import. */
async function askOnce(
  client: ChatelaineClient,
  progressId: string,
): Promise<ImportProgress | undefined> {
  try {
    const { json } = await client.call("bindings.progress", { params: { progressId } });
    return json;
  } catch {
    return undefined;
  }
}

function bar(share: number): string {
  const full = Math.floor(share * BAR_CHARACTERS);
  return `[${"#".repeat(full)}${"-".repeat(BAR_CHARACTERS - full)}]`;
}

function percent(share: number): string {
  return String(Math.floor(share * PERCENT)).padStart(3);
}
