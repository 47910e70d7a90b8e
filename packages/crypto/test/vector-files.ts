/**
 * How the vectors are written. A generator is run by hand when a format version is new; vectors of
 * a version that was released are never written again.
 */
import { writeFileSync } from "node:fs";
import type { CryptoFault } from "../src/index.ts";
import { plain } from "./statement-fixtures.ts";

/** Bytes which must be refused, and with which code. */
export type Refusal = readonly [name: string, code: CryptoFault, bytes: Uint8Array | string];

export interface Vectors {
  /** What the reader must be told, such as the system. */
  readonly [given: string]: unknown;
  readonly accepted: readonly unknown[];
  readonly refused: readonly Refusal[];
}

export function writeVectors(file: string, vectors: Vectors): void {
  const refused = vectors.refused.map(([name, code, bytes]) => ({ name, code, bytes }));
  const url = new URL(`./vectors/${file}.json`, import.meta.url);
  const json = JSON.stringify(plain({ ...vectors, refused }), undefined, 2);
  writeFileSync(url, `${json}\n`);
}
