import { newBytes } from "./bytes.ts";
import { invariant } from "./invariant.ts";
import type { RandomSource } from "./random-source.ts";

const SHOWN_INSTEAD = "[secret]";

/**
 * Bytes that must never be printed. Text, JSON and inspection show `[secret]`; the one way to the
 * bytes is `use`, so that a search for `.use(` lists every reader. They can be overwritten with
 * zeros, by `erase` or at the end of a `using` block, and are gone for good then.
 */
export class SecretBytes {
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** Takes the buffer over: it must not be used by anyone else, and `erase` overwrites it. */
  static take(bytes: Uint8Array<ArrayBuffer>): SecretBytes {
    return new SecretBytes(bytes);
  }

  /** A copy; whoever owns the original still has to erase it. */
  static copyOf(bytes: Uint8Array): SecretBytes {
    const copy = newBytes(bytes.length);
    copy.set(bytes);
    return new SecretBytes(copy);
  }

  /** `length` new random bytes. */
  static random(random: RandomSource, length: number): SecretBytes {
    return new SecretBytes(random.bytes(length));
  }

  /** In bytes. */
  get length(): number {
    return this.#present().length;
  }

  /** Lends the bytes for the time of the call. `read` must neither keep nor change them. */
  use<T>(read: (bytes: Uint8Array<ArrayBuffer>) => T): T {
    return read(this.#present());
  }

  /** Overwrites the bytes with zeros. Any later use throws; erasing again does nothing. */
  erase(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  [Symbol.dispose](): void {
    this.erase();
  }

  toString(): string {
    return SHOWN_INSTEAD;
  }

  toJSON(): string {
    return SHOWN_INSTEAD;
  }

  /** What `util.inspect` and `console.log` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return SHOWN_INSTEAD;
  }

  #present(): Uint8Array<ArrayBuffer> {
    invariant(this.#bytes !== undefined, "a secret was used after it was erased");
    return this.#bytes;
  }
}
