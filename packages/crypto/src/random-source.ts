/**
 * Where random bytes come from. This package draws none by itself: whoever wires the program
 * passes the one source it has, and tests pass one that repeats.
 */
export interface RandomSource {
  /**
   * `length` new bytes, unpredictable to everyone else, in memory that is the caller's alone: it
   * may be overwritten with zeros. For secrets it is made with
   * `new Uint8Array(new ArrayBuffer(length))`, outside of V8's moving heap.
   */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}
