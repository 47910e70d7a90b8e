import {
  CryptoError,
  PLAINTEXT_BYTES_MAX,
  equalBytes,
  fromHex,
  newBytes,
  openValue,
  sealValue,
  sha256,
  text,
  toHex,
  type Keyring,
  type RandomSource,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import { cannotOpen } from "../keyring-outdated/cannot-open.ts";
import {
  bindingsKey,
  chunkContext,
  decodeIndex,
  manifestContext,
  openManifest,
  sealManifest,
  type BindingsIndex,
  type BindingsManifest,
} from "./bindings-manifest.ts";
import type { BindingsReader, SealedBindings, SealedChunk } from "./bindings-store.ts";

/** Chunks that are read from the database at once. */
const CHUNKS_READ_AT_ONCE = 8;

/** What a file is sealed with besides its bytes. */
export interface FileToSeal extends Pick<
  BindingsManifest,
  "name" | "mask" | "items" | "applications"
> {
  readonly file: Uint8Array;
  readonly index: BindingsIndex;
  readonly revision: Uint8Array;
  readonly writtenAtMs: WallTimeMs;
  readonly writtenBy: string;
}

export interface SealedFile {
  readonly bindings: SealedBindings;
  readonly chunks: readonly SealedChunk[];
}

/** Whether the stored file has these bytes, this index and these masks already. */
export function isSameFile(
  stored: BindingsManifest,
  { file, index, mask }: Pick<FileToSeal, "file" | "index" | "mask">,
): boolean {
  return (
    stored.hash === toHex(sha256(file)) &&
    stored.indexHash === toHex(sha256(encodeIndex(index))) &&
    JSON.stringify(stored.mask) === JSON.stringify(mask)
  );
}

/** Seals the file in pieces of at most 1 MiB; `breathe` lets others go on between them. */
export async function sealFile(
  ring: Keyring,
  random: RandomSource,
  toSeal: FileToSeal,
  breathe: () => Promise<void>,
): Promise<SealedFile> {
  const { name, file, mask, items, applications, revision, writtenAtMs, writtenBy } = toSeal;
  const nameKey = bindingsKey(name);
  const index = encodeIndex(toSeal.index);
  const manifest: BindingsManifest = {
    name,
    bytes: file.length,
    hash: toHex(sha256(file)),
    fileChunks: chunkCount(file),
    indexBytes: index.length,
    indexHash: toHex(sha256(index)),
    indexChunks: chunkCount(index),
    mask,
    items,
    applications,
  };
  const chunks: SealedChunk[] = [];
  for (const piece of [...pieces(file), ...pieces(index)]) {
    const number = chunks.length;
    const context = chunkContext(nameKey, revision, number);
    chunks.push({ number, sealed: sealValue(ring, random, context, piece) });
    await breathe();
  }
  const sealed = sealManifest(ring, random, manifestContext(nameKey, revision), manifest);
  return { bindings: { nameKey, revision, sealed, writtenAtMs, writtenBy }, chunks };
}

function encodeIndex(index: BindingsIndex): Uint8Array {
  return text(JSON.stringify(index));
}

function chunkCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / PLAINTEXT_BYTES_MAX);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += PLAINTEXT_BYTES_MAX) {
    yield bytes.subarray(start, start + PLAINTEXT_BYTES_MAX);
  }
}

/** Opens the row as the file that was asked for. Throws `cannot-open`. */
export function openStoredManifest(
  ring: Keyring,
  nameKey: string,
  row: SealedBindings,
): BindingsManifest {
  return opening(ring, row.sealed, () =>
    openManifest(ring, manifestContext(nameKey, row.revision), row.sealed),
  );
}

/** The file; the caller erases it. Throws `cannot-open`, also if a chunk is missing or another. */
export async function readStoredFile(
  ring: Keyring,
  store: BindingsReader,
  row: SealedBindings,
  manifest: BindingsManifest,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, hash, fileChunks } = manifest;
  return await readChunks(ring, store, row, { first: 0, count: fileChunks, bytes, hash });
}

/** Throws `cannot-open`. */
export async function readStoredIndex(
  ring: Keyring,
  store: BindingsReader,
  row: SealedBindings,
  manifest: BindingsManifest,
): Promise<BindingsIndex> {
  const { indexBytes: bytes, indexHash: hash, fileChunks: first, indexChunks: count } = manifest;
  return decodeIndex(await readChunks(ring, store, row, { first, count, bytes, hash }));
}

interface Extent {
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  readonly hash: string;
}

async function readChunks(
  ring: Keyring,
  store: BindingsReader,
  { nameKey, revision }: SealedBindings,
  { first, count, bytes, hash }: Extent,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = newBytes(bytes);
  let filled = 0;
  for (let number = first; number < first + count; number += CHUNKS_READ_AT_ONCE) {
    const end = Math.min(first + count, number + CHUNKS_READ_AT_ONCE);
    for (const chunk of await store.chunks(nameKey, number, end)) {
      using opened = opening(ring, chunk.sealed, () =>
        openValue(ring, chunkContext(nameKey, revision, chunk.number), chunk.sealed),
      );
      filled = opened.use((piece) => append(whole, piece, filled));
    }
  }
  if (filled !== bytes || !equalBytes(sha256(whole), fromHex(hash))) {
    whole.fill(0);
    throw new CodedError("cannot-open", { detail: NOT_THE_FILE });
  }
  return whole;
}

/** Where the next piece begins; more than the manifest says is not the file. */
function append(whole: Uint8Array, piece: Uint8Array, filled: number): number {
  if (filled + piece.length > whole.length) {
    throw new CodedError("cannot-open", { detail: NOT_THE_FILE });
  }
  whole.set(piece, filled);
  return filled + piece.length;
}

function opening<T>(ring: Keyring, sealed: Uint8Array, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw cause instanceof CryptoError
      ? cannotOpen(ring, sealed, { detail: NOT_THE_FILE, cause })
      : cause;
  }
}

const NOT_THE_FILE =
  "the binding file does not open as what was asked for: somebody has moved, changed or " +
  "removed its rows; import the file again";
