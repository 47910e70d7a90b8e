import { newBytes } from "./bytes.ts";
import { encodeFields, fieldsLength, writeField, writeFields, writeU32 } from "./fields.ts";
import { systemIdBytes, type SystemId } from "./system-id.ts";
import { text } from "./text.ts";

const LABEL = "chatelaine/sealed-value/v1";
const FIELDS = 7;
const LENGTH_BYTES = 4;
const ROOM_BYTES = 512; // enough for names of usual length

/** What tells a sealed value apart within its application; all of it is authenticated. */
export interface Place {
  /** What sort of value it is, such as `mapping-credentials`. */
  readonly kind: string;
  /** What the caller asks for, part by part: owner or identifier, never the id of a row. */
  readonly naturalKey: readonly Uint8Array[];
  /** The revision of the row which the value belongs to. */
  readonly revision: Uint8Array;
}

/**
 * Makes what sealed values are bound to (P9), and is the only place where it is made: a field list
 * of label, header, system, application, kind, natural key (itself a list) and revision. Field
 * lists are injective, so no two places share their associated data
 * (docs/formats/sealed-value.md).
 *
 * The first four fields are the same for all values of one application, version and generation, and
 * the kind is nearly always that of the value before. They stay in one buffer, behind which the
 * others are written: making all of it for each value would cost a fifth of opening it. Nothing in
 * it is secret.
 */
export class AssociatedData {
  readonly #startLength: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #kind: string | undefined;
  #kindEnd: number;

  constructor(systemId: SystemId, applicationId: string, header: Uint8Array) {
    const start = encodeFields(text(LABEL), header, systemIdBytes(systemId), text(applicationId));
    start[0] = FIELDS;
    this.#startLength = this.#kindEnd = start.length;
    this.#buffer = newBytes(ROOM_BYTES + start.length);
    this.#buffer.set(start);
  }

  /** The associated data of a value; good until the next call. */
  of(place: Place): Uint8Array {
    if (place.kind !== this.#kind) {
      this.#writeKind(place.kind);
    }
    const keyLength = fieldsLength(place.naturalKey);
    this.#makeRoom(keyLength + place.revision.length + 2 * LENGTH_BYTES);
    const buffer = this.#buffer;
    writeU32(buffer, this.#kindEnd, keyLength);
    const keyEnd = writeFields(buffer, this.#kindEnd + LENGTH_BYTES, place.naturalKey);
    return buffer.subarray(0, writeField(buffer, keyEnd, place.revision));
  }

  #writeKind(kind: string): void {
    const encoded = text(kind);
    this.#kindEnd = this.#startLength;
    this.#makeRoom(LENGTH_BYTES + encoded.length);
    this.#kindEnd = writeField(this.#buffer, this.#startLength, encoded);
    this.#kind = kind;
  }

  /** Room for `length` bytes behind the kind, which is kept. */
  #makeRoom(length: number): void {
    if (this.#kindEnd + length > this.#buffer.length) {
      const larger = newBytes(this.#kindEnd + length);
      larger.set(this.#buffer.subarray(0, this.#kindEnd));
      this.#buffer = larger;
    }
  }
}
