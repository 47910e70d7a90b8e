/** Bytes to text and back, so that what was not edited has the same bytes. */
import { ImportProblem } from "./import-problem.ts";
import { PlaceFinder } from "./text-place.ts";

export type TextEncodingName = "utf-8" | "utf-16le" | "utf-16be";

export interface SourceText {
  /** Without the byte order mark. */
  readonly text: string;
  readonly encoding: TextEncodingName;
  readonly hasBom: boolean;
}

const BOMS: Readonly<Record<TextEncodingName, readonly number[]>> = {
  "utf-8": [0xef, 0xbb, 0xbf],
  "utf-16le": [0xff, 0xfe],
  "utf-16be": [0xfe, 0xff],
};
const ENCODINGS: readonly TextEncodingName[] = ["utf-8", "utf-16le", "utf-16be"];

/**
 * UTF-16 is known by its byte order mark; all else is UTF-8. Throws `ImportProblem` for bytes that
 * are neither, which would not be the same bytes again.
 */
export function decodeText(bytes: Uint8Array): SourceText {
  const marked = ENCODINGS.find((name) => BOMS[name].every((byte, i) => bytes[i] === byte));
  const encoding = marked ?? "utf-8";
  const content = bytes.subarray(marked === undefined ? 0 : BOMS[marked].length);
  try {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(content), encoding, hasBom: marked !== undefined };
  } catch {
    // A fatal decoder has one failure: the bytes are not in the encoding.
    throw notInEncoding(content, encoding);
  }
}

/** The bytes of a text in the encoding of the file it came from. */
export function encodeText(source: SourceText, text: string): Uint8Array<ArrayBuffer> {
  const bom = source.hasBom ? BOMS[source.encoding] : [];
  if (source.encoding === "utf-8") {
    const encoded = new TextEncoder().encode(text);
    return bom.length === 0 ? encoded : withPrefix(bom, encoded);
  }
  const bytes = new Uint8Array(bom.length + 2 * text.length);
  bytes.set(bom);
  const units = new DataView(bytes.buffer, bom.length);
  for (let i = 0; i < text.length; i += 1) {
    units.setUint16(2 * i, text.charCodeAt(i), source.encoding === "utf-16le");
  }
  return bytes;
}

function withPrefix(prefix: readonly number[], rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(prefix.length + rest.length);
  bytes.set(prefix);
  bytes.set(rest, prefix.length);
  return bytes;
}

/** The first replacement character that a lenient decoder put where the file has none. */
function notInEncoding(content: Uint8Array, encoding: TextEncodingName): ImportProblem {
  const lenient = new TextDecoder(encoding, { ignoreBOM: true }).decode(content);
  const again = (text: string): Uint8Array => encodeText({ text, encoding, hasBom: false }, text);
  let bytesBefore = 0;
  let done = 0;
  let offset = lenient.indexOf("\ufffd");
  for (; offset >= 0; offset = lenient.indexOf("\ufffd", done)) {
    bytesBefore += again(lenient.slice(done, offset)).length;
    const own = again("\ufffd");
    if (!own.every((byte, i) => content[bytesBefore + i] === byte)) {
      break;
    }
    bytesBefore += own.length;
    done = offset + 1;
  }
  return new ImportProblem(
    "not-supported",
    `the bytes are not ${encoding.toUpperCase()}; save the file as UTF-8, or as UTF-16 with a byte order mark`,
    new PlaceFinder(lenient).at(Math.max(0, offset)),
  );
}
