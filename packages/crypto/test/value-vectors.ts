/**
 * The vectors of keys, sealed values and stamps: their shape, and how a refusal's damage is done.
 * Bytes are hexadecimal. A damage is described rather than spelled out where it stands for many:
 * one for each bit, one for each length.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  concat,
  type CryptoFault,
  fromHex,
  Keyring,
  parseSystemId,
  type SealContext,
  SecretBytes,
  type StampedRow,
} from "../src/index.ts";

/** The keyring of a vector: one version, which is primary. */
export interface RingVector {
  readonly systemId: string;
  readonly version: number;
  readonly secret: string;
}

export interface ContextVector {
  readonly applicationId: string;
  readonly generation: number;
  readonly kind: string;
  readonly naturalKey: readonly string[];
  readonly revision: string;
}

export interface RowVector {
  readonly table: string;
  readonly revision: string;
  readonly primaryKey: readonly string[];
  readonly columns: readonly string[];
}

export interface SealedValueVector extends RingVector {
  readonly name: string;
  readonly context: ContextVector;
  readonly plaintext: string;
  readonly associatedData: string;
  readonly sealed: string;
}

export interface StampVector extends RingVector {
  readonly name: string;
  readonly row: RowVector;
  readonly stamp: string;
}

export interface RequestHashVector extends RingVector {
  readonly name: string;
  readonly request: string;
  readonly hash: string;
}

export interface KeyVector extends RingVector {
  readonly purpose: string;
  readonly applicationId: string;
  readonly generation: number;
  readonly key: string;
}

/** One thing that is wrong: with the bytes, with what was asked for, or with the keyring. */
export interface Refusal {
  readonly name: string;
  /** The accepted vector which this one differs from. */
  readonly of: string;
  readonly code: CryptoFault;
  /** Each bit from the first to the last, alone. Bit 0 is the highest of the first byte. */
  readonly flippedBits?: readonly [first: number, last: number];
  /** Each length from the first to the last, cut off at the end. */
  readonly lengths?: readonly [first: number, last: number];
  readonly appended?: string;
  readonly replaced?: string;
  readonly context?: Partial<ContextVector>;
  readonly row?: Partial<RowVector>;
  readonly ring?: Partial<RingVector>;
}

export interface Vectors<A> {
  readonly notice: string;
  readonly accepted: readonly A[];
  readonly refused: readonly Refusal[];
}

export function readVectors<A>(file: string): Vectors<A> {
  const url = new URL(`./vectors/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Vectors<A>;
}

export function ringOf({ systemId, version, secret }: RingVector): Keyring {
  const held = SecretBytes.take(fromHex(secret));
  return Keyring.of(parseSystemId(systemId), [{ number: version, state: "primary", secret: held }]);
}

export function contextOf(context: ContextVector): SealContext {
  return {
    ...context,
    naturalKey: context.naturalKey.map(fromHex),
    revision: fromHex(context.revision),
  };
}

export function rowOf(row: RowVector): StampedRow {
  return {
    table: row.table,
    revision: fromHex(row.revision),
    primaryKey: row.primaryKey.map(fromHex),
    columns: row.columns.map(fromHex),
  };
}

/** The accepted vector which a refusal differs from. */
export function original<A extends { readonly name: string }>(
  vectors: Vectors<A>,
  refusal: Refusal,
): A {
  const found = vectors.accepted.find(({ name }) => name === refusal.of);
  assert.ok(found, refusal.of);
  return found;
}

/** All the bytes which a refusal stands for. */
export function damaged(hex: string, refusal: Refusal): readonly Uint8Array[] {
  const bytes = fromHex(refusal.replaced ?? hex);
  if (refusal.flippedBits !== undefined) {
    return range(refusal.flippedBits).map((bit) => withBitFlipped(bytes, bit));
  }
  if (refusal.lengths !== undefined) {
    return range(refusal.lengths).map((length) => bytes.slice(0, length));
  }
  return [concat(bytes, fromHex(refusal.appended ?? ""))];
}

function range([first, last]: readonly [number, number]): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const place = Math.floor(bit / 8);
  return bytes.map((byte, index) => (index === place ? byte ^ (0x80 >> (bit % 8)) : byte));
}
