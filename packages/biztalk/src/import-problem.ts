import type { TextPlace } from "./text-place.ts";

/**
 * Why a file was refused.
 *
 * - `malformed`: it is not what it should be: not well-formed, or in a form nobody writes;
 * - `not-supported`: it may be sound, and this software does not take it;
 * - `too-large`: it exceeds a named limit.
 */
export type ImportFault = "malformed" | "not-supported" | "too-large";

/**
 * A file was refused, or cannot take an edit. The message says what was found, what is expected and
 * what to do; it may name elements, attributes and properties of the file, never a value.
 */
export class ImportProblem extends Error {
  override readonly name = "ImportProblem";
  readonly fault: ImportFault;
  /** Undefined where no place is to blame. */
  readonly place: TextPlace | undefined;

  constructor(fault: ImportFault, message: string, place: TextPlace | undefined) {
    super(message);
    this.fault = fault;
    this.place = place;
  }
}
