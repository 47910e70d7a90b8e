import type { ImportProgress } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";

/** How an import tells where it is, and lets everything else go on meanwhile. */
export interface ImportSteps {
  /** Resolves after a turn of the event loop. */
  step(stage: ImportProgress["stage"], done: number, total: number): Promise<void>;
}

/** Imports that wait while another one runs; each holds its file in memory. */
const WAITING_MAX = 8;

const NONE: ImportProgress = { stage: "none", done: 0, total: 0 };

/**
 * Lets one import run at a time, because each needs several times the memory of its file, and
 * knows how far each is. Nothing of it outlives the process.
 */
export class ImportDesk {
  readonly #breathe: () => Promise<void>;
  readonly #progress = new Map<string, ImportProgress>();
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** `breathe` resolves after a turn of the event loop. */
  constructor(breathe: () => Promise<void>) {
    this.#breathe = breathe;
  }

  /** Runs `work` when those before have ended. Throws `import-busy`. */
  async run<T>(
    caller: Caller,
    progressId: string | undefined,
    work: (steps: ImportSteps) => Promise<T>,
  ): Promise<T> {
    if (this.#count > WAITING_MAX) {
      throw new CodedError("import-busy", {
        detail: `${String(this.#count)} imports run or wait on this node; repeat it later`,
      });
    }
    const key = progressId === undefined ? undefined : keyOf(caller, progressId);
    this.#tell(key, { stage: "waiting", done: 0, total: 0 });
    this.#count += 1;
    const before = this.#last;
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    this.#last = ended;
    try {
      await before;
      return await work({ step: (stage, done, total) => this.#step(key, { stage, done, total }) });
    } finally {
      this.#count -= 1;
      if (key !== undefined) {
        this.#progress.delete(key);
      }
      end(undefined);
    }
  }

  /** Of an import of this caller; others do not exist for it. */
  progress(caller: Caller, progressId: string): ImportProgress {
    return this.#progress.get(keyOf(caller, progressId)) ?? NONE;
  }

  async #step(key: string | undefined, progress: ImportProgress): Promise<void> {
    this.#tell(key, progress);
    await this.#breathe();
  }

  #tell(key: string | undefined, progress: ImportProgress): void {
    if (key !== undefined) {
      this.#progress.set(key, progress);
    }
  }
}

function keyOf(caller: Caller, progressId: string): string {
  return `${progressId} ${caller.name}`;
}
