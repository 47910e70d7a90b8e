import {
  decodeText,
  foldName,
  openValue,
  sealValue,
  text,
  u32,
  type Keyring,
  type RandomSource,
  type SealContext,
} from "@chatelaine/crypto";
import type { ApplicationId } from "../application-id/application-id.ts";

/**
 * What is known of a stored binding file without reading it. Sealed as JSON, of which every list
 * is bounded by the import; docs/formats/binding-file.md.
 */
export interface BindingsManifest {
  /** As it was given; the key is its folded form. */
  readonly name: string;
  /** Length of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, as hex. */
  readonly hash: string;
  /** How many chunks the file has; those of the index follow. */
  readonly fileChunks: number;
  readonly indexBytes: number;
  readonly indexHash: string;
  readonly indexChunks: number;
  /** Names of properties that were to be masked beside the documented ones. */
  readonly mask: readonly string[];
  /** How many transports became items. */
  readonly items: number;
  /** The applications of the file, as they were called then. */
  readonly applications: readonly (readonly [ApplicationId, name: string])[];
}

/** What became of the file, application by application, in the order of the manifest. */
export type BindingsIndex = readonly IndexedApplication[];

export interface IndexedApplication {
  readonly applicationId: ApplicationId;
  /** Ids of the fields by the names of properties: fields can be renamed. */
  readonly fields: Readonly<Record<string, number>>;
  readonly identifiers: readonly string[];
}

/** The key of a binding file's rows. */
export function bindingsKey(name: string): string {
  return foldName(name);
}

/** P9: the manifest opens only as that of the file which was asked for, at this revision. */
export function manifestContext(nameKey: string, revision: Uint8Array): SealContext {
  return {
    applicationId: "",
    generation: 0,
    kind: "binding-file",
    naturalKey: [text(nameKey)],
    revision,
  };
}

/** P9: a chunk opens only as this piece of this file at this revision. */
export function chunkContext(nameKey: string, revision: Uint8Array, number: number): SealContext {
  return {
    applicationId: "",
    generation: 0,
    kind: "binding-file-chunk",
    naturalKey: [text(nameKey), u32(number)],
    revision,
  };
}

export function sealManifest(
  ring: Keyring,
  random: RandomSource,
  context: SealContext,
  manifest: BindingsManifest,
): Uint8Array {
  return sealValue(ring, random, context, text(JSON.stringify(manifest)));
}

/** Throws `CryptoError`. What opened is what `sealManifest` wrote. */
export function openManifest(
  ring: Keyring,
  context: SealContext,
  sealed: Uint8Array,
): BindingsManifest {
  using opened = openValue(ring, context, sealed);
  return opened.use((bytes) => JSON.parse(decodeText(bytes)) as BindingsManifest);
}

/** Of bytes whose hash the manifest has. */
export function decodeIndex(bytes: Uint8Array): BindingsIndex {
  return JSON.parse(decodeText(bytes)) as BindingsIndex;
}
