import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import type { TestDatabase } from "../../test/system/support/test-database.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { pause } from "../node-process.ts";

/** A fenced transaction that was committed, and when it was seen (monotonic, ms). */
export interface SeenWrite {
  readonly serial: number;
  readonly epoch: number;
  readonly act: string;
  readonly seenAt: number;
}

type Row = Readonly<Record<string, unknown>>;

const POLL_MS = 2;
const WITHIN_MS = 30_000;
const COLUMNS = "select serial, epoch, act from fenced_write";

/**
 * The history of fenced writes, read every 2 ms on a connection of its own. What it sees has been
 * committed, so each time it tells is late by at most a poll and a read, and never early.
 */
export class HistoryWatch {
  readonly #rowsAfter: (serial: number) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;

  private constructor(
    rowsAfter: (serial: number) => Promise<readonly Row[]>,
    close: () => Promise<void>,
  ) {
    this.#rowsAfter = rowsAfter;
    this.close = close;
  }

  static on({ kind, place }: TestDatabase): HistoryWatch {
    if (kind === "sqlite") {
      const file = new DatabaseSync(place, { readOnly: true });
      const statement = file.prepare(`${COLUMNS} where serial > ? order by serial`);
      return new HistoryWatch(
        (serial) => Promise.resolve(statement.all(serial)),
        () => {
          file.close();
          return Promise.resolve();
        },
      );
    }
    const client = postgres(place, { max: 1, onnotice: () => undefined });
    const query = `${COLUMNS} where serial > $1 order by serial`;
    return new HistoryWatch(
      async (serial) => await client.unsafe(query, [serial], { prepare: true }),
      () => client.end(),
    );
  }

  /** The last of all. */
  async last(): Promise<SeenWrite> {
    const row = (await this.#rowsAfter(0)).at(-1);
    if (row === undefined) {
      throw new ToolError("the system has no history");
    }
    return seen(row);
  }

  /** Waits for the first that is so and came after another. */
  async next(last: SeenWrite, isSo: (write: SeenWrite) => boolean): Promise<SeenWrite> {
    const deadline = performance.now() + WITHIN_MS;
    while (performance.now() < deadline) {
      const found = (await this.#rowsAfter(last.serial)).map(seen).find(isSo);
      if (found !== undefined) {
        return found;
      }
      await pause(POLL_MS);
    }
    throw new ToolError(`nobody took over within ${String(WITHIN_MS)} ms`);
  }
}

function seen(row: Row): SeenWrite {
  return {
    serial: Number(row["serial"]),
    epoch: Number(row["epoch"]),
    act: String(row["act"]),
    seenAt: performance.now(),
  };
}
