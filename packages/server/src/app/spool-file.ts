import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { CodedError } from "../base/coded-error.ts";
import type { AuditGroup } from "../domain/audit/audit-store.ts";
import type { DisclosureSpool } from "../domain/audit/disclosure-spool.ts";
import { PRIVATE_FILE_MODE } from "../platform/files.ts";
import { Turns } from "../storage/turns.ts";
import { decodeRecord, encodeRecord, RECORD_BYTES_MAX } from "./spool-record.ts";

const MAGIC = Buffer.from("chatelaine/audit-spool/v1\n", "utf8");
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
/** Read at once when records are taken out; one that is longer is read by itself. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The spool of disclosures as one file. Records are written behind each other and synced before
 * anybody is answered; what a crash left half written at the end is cut off at the next start.
 * Only when all of it was shipped is the file made empty again.
 */
export class SpoolFile implements DisclosureSpool {
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #turns = new Turns();
  #file: FileHandle | undefined;
  /** Where the first record begins that was not dropped, and where the next one will be written. */
  #start = MAGIC.length;
  #end = MAGIC.length;
  /** Where each of the groups ends that were given out last. */
  #ends: readonly number[] = [];

  private constructor(path: string, bytesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
  }

  /**
   * Opens the file and finds the end of what is whole in it; `cutBytes`: how much lay behind that.
   * Throws `file-unwritable`.
   */
  static async open(
    path: string,
    bytesMax: number,
  ): Promise<{ readonly spool: SpoolFile; readonly cutBytes: number }> {
    const spool = new SpoolFile(path, bytesMax);
    try {
      return { spool, cutBytes: await spool.#recover() };
    } catch (cause) {
      await spool.close();
      throw new CodedError("file-unwritable", { detail: `${path} cannot be used`, cause });
    }
  }

  get bytes(): number {
    return this.#end - this.#start;
  }

  append(group: AuditGroup): Promise<void> {
    return this.#turns.run(async () => {
      const record = encodeRecord(group);
      const isTooLong = record.length > RECORD_BYTES_MAX;
      if (isTooLong || this.#end + record.length > this.#bytesMax) {
        throw unavailable("the spool for the time without a database is full", undefined);
      }
      try {
        const file = await this.#opened();
        await writeAll(file, record, this.#end);
        await file.datasync();
      } catch (cause) {
        // Whether a failed sync has written anything nobody knows: the next one starts anew.
        await this.#forgetFile();
        throw unavailable("the state directory cannot be written", cause);
      }
      this.#end += record.length;
    });
  }

  oldest(entriesMax: number): Promise<readonly AuditGroup[]> {
    return this.#turns.run(async () => {
      const groups: AuditGroup[] = [];
      const ends: number[] = [];
      let entries = 0;
      for await (const { group, end } of this.#records(this.#start, this.#end)) {
        entries += group.entries.length;
        if (groups.length > 0 && entries > entriesMax) {
          break;
        }
        groups.push(group);
        ends.push(end);
      }
      this.#ends = ends;
      return groups;
    });
  }

  drop(count: number): Promise<void> {
    return this.#turns.run(async () => {
      this.#start = this.#ends[count - 1] ?? this.#start;
      this.#ends = [];
      if (this.#start === this.#end) {
        const file = await this.#opened();
        await file.truncate(MAGIC.length);
        await file.datasync();
        this.#start = this.#end = MAGIC.length;
      }
    });
  }

  close(): Promise<void> {
    return this.#turns.run(() => this.#forgetFile());
  }

  async #recover(): Promise<number> {
    const file = await open(this.#path, FLAGS, PRIVATE_FILE_MODE);
    this.#file = file;
    const { size } = await file.stat();
    const magic = Buffer.alloc(MAGIC.length);
    await file.read(magic, 0, MAGIC.length, 0);
    let end = 0;
    if (magic.equals(MAGIC)) {
      end = MAGIC.length;
      for await (const record of this.#records(end, size)) {
        end = record.end;
      }
    }
    await file.truncate(end);
    await writeAll(file, MAGIC, 0);
    await file.sync();
    this.#end = Math.max(end, MAGIC.length);
    return size - end;
  }

  /** The handle; after a failure a new one, with whatever the failed write left cut off. */
  async #opened(): Promise<FileHandle> {
    if (this.#file === undefined) {
      const file = await open(this.#path, FLAGS, PRIVATE_FILE_MODE);
      this.#file = file;
      await file.truncate(this.#end);
      await file.datasync();
    }
    return this.#file;
  }

  async #forgetFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined); // nothing more is expected of it
  }

  /** Whole records from `start` up to the first that is not, or to `limit`. */
  async *#records(
    start: number,
    limit: number,
  ): AsyncGenerator<{ readonly group: AuditGroup; readonly end: number }> {
    let position = start;
    while (position < limit) {
      const read = await this.#recordsAt(position, Math.min(CHUNK_BYTES, limit - position));
      const records =
        read.length > 0
          ? read
          : await this.#recordsAt(position, Math.min(2 * RECORD_BYTES_MAX, limit - position));
      const last = records.at(-1);
      if (last === undefined) {
        return;
      }
      yield* records;
      position = last.end;
    }
  }

  async #recordsAt(
    position: number,
    length: number,
  ): Promise<readonly { readonly group: AuditGroup; readonly end: number }[]> {
    const file = await this.#opened();
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, position);
    const whole = bytes.subarray(0, bytesRead);
    const records = [];
    let record = decodeRecord(whole, 0);
    while (record !== undefined) {
      records.push({ group: record.group, end: position + record.end });
      record = decodeRecord(whole, record.end);
    }
    return records;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(
      bytes,
      written,
      bytes.length - written,
      position + written,
    );
    written += bytesWritten;
  }
}

function unavailable(reason: string, cause: unknown): CodedError {
  return new CodedError("audit-unavailable", {
    detail: `${reason}, and the database is away: a disclosure cannot be recorded, so nothing is disclosed`,
    cause,
  });
}
