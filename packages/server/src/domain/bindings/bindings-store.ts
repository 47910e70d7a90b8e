import type { WallTimeMs } from "../../platform/clock.ts";
import type { PutOutcome, SealingVersion } from "../config-item/config-item-store.ts";

/** What the database has of one binding file besides its chunks. */
export interface SealedBindings {
  /** The folded name, by which it is asked for. */
  readonly nameKey: string;
  /** 16 bytes: counter u64 and 8 random bytes; manifest and chunks are bound to it. */
  readonly revision: Uint8Array;
  /** The manifest, sealed: `bindings-manifest.ts` reads and writes it. */
  readonly sealed: Uint8Array;
  readonly writtenAtMs: WallTimeMs;
  /** Name of the caller; for people. */
  readonly writtenBy: string;
}

/** A piece of a binding file, sealed. */
export interface SealedChunk {
  /** From 0, in the order of the file. */
  readonly number: number;
  readonly sealed: Uint8Array;
}

export interface BindingsPage {
  /** Files whose key comes after this, in the order of UTF-8 bytes; undefined: from the first. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface BindingsReader {
  find(nameKey: string): Promise<SealedBindings | undefined>;
  /** Those whose number is from `first` on and below `end`, in their order. */
  chunks(nameKey: string, first: number, end: number): Promise<readonly SealedChunk[]>;
  list(page: BindingsPage): Promise<readonly SealedBindings[]>;
}

export interface BindingsStore extends BindingsReader {
  /**
   * Writes file and chunks, and removes the chunks of before, if the row is at `expectedRevision`
   * (undefined: there is no row) and `version` is primary (P3). Unless it is "stored" the caller
   * must throw: some chunks may have been written.
   */
  put(
    bindings: SealedBindings,
    chunks: readonly SealedChunk[],
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome>;
  /** Removes the file with its chunks, if it is at this revision; whether it was. */
  remove(nameKey: string, revision: Uint8Array): Promise<boolean>;
}
