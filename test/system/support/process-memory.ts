import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { Needle } from "./byte-needles.ts";

const CHUNK_BYTES = 16 * 1024 * 1024;

/**
 * Every place in the memory of another process where one of the needles lies, as `encoding at
 * address`, as proc(5) shows it. It goes on running meanwhile.
 */
export function searchMemory(pid: number, needles: readonly Needle[]): readonly string[] {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const overlap = Math.max(...needles.map((needle) => needle.bytes.length));
  const finds: string[] = [];
  try {
    for (const { from, to, name } of writableRegions(pid)) {
      for (let at = from; at < to;) {
        const read = readAt(memory, chunk, at, Math.min(CHUNK_BYTES, to - at));
        if (read === 0) {
          break; // it was unmapped since, or is no memory
        }
        finds.push(...placesIn(chunk.subarray(0, read), needles, at, name));
        at += at + read < to ? Math.max(1, read - overlap) : read;
      }
    }
  } finally {
    closeSync(memory);
    chunk.fill(0); // the process that searches has it in its memory as well
  }
  return finds;
}

function placesIn(
  bytes: Buffer,
  needles: readonly Needle[],
  start: number,
  name: string,
): readonly string[] {
  const places: string[] = [];
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle.bytes); at >= 0; at = bytes.indexOf(needle.bytes, at + 1)) {
      places.push(`${needle.encoding} at ${(start + at).toString(16)} ${name}`.trimEnd());
    }
  }
  return places;
}

interface Region {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** What was written is in no other. */
function writableRegions(pid: number): readonly Region[] {
  return readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, from = "", to = "", name = ""] =
        /^([0-9a-f]+)-([0-9a-f]+) rw\S+ \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
      return from !== "" ? [{ from: parseInt(from, 16), to: parseInt(to, 16), name }] : [];
    });
}

function readAt(file: number, into: Buffer, at: number, length: number): number {
  try {
    return readSync(file, into, 0, length, at);
  } catch {
    return 0; // unmapped since
  }
}
