/**
 * Bodies that carry secrets or files as bytes, so that a passphrase never becomes a string that
 * cannot be erased: a count (u8), then for each part its length (u32, big-endian) and its bytes.
 */

export const PARTS_MEDIA_TYPE = "application/vnd.chatelaine.parts";

/** The longest body of this media type, in bytes. */
export const PARTS_BYTES_MAX = 4 * 1024 * 1024;

const PARTS_MAX = 255;

export function encodeParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + 4 + part.length, 1);
  const encoded = new Uint8Array(new ArrayBuffer(length));
  const view = new DataView(encoded.buffer);
  encoded[0] = Math.min(parts.length, PARTS_MAX);
  let offset = 1;
  for (const part of parts.slice(0, PARTS_MAX)) {
    view.setUint32(offset, part.length);
    encoded.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return encoded;
}

/** The parts, as views into `encoded`; undefined if it is not exactly `count` parts. */
export function decodeParts(encoded: Uint8Array, count: number): Uint8Array[] | undefined {
  if (encoded[0] !== count) {
    return undefined;
  }
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const parts: Uint8Array[] = [];
  let offset = 1;
  while (parts.length < count) {
    const start = offset + 4;
    const end = start <= encoded.length ? start + view.getUint32(offset) : Infinity;
    if (end > encoded.length) {
      return undefined;
    }
    parts.push(encoded.subarray(start, end));
    offset = end;
  }
  return offset === encoded.length ? parts : undefined;
}
