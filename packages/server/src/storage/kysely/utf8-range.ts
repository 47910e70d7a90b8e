const CODE_POINT_MAX = 0x10_ffff;
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;

/** A range of texts in the order of their UTF-8 bytes, which is that of their code points. */
export interface Utf8Range {
  /** Where it begins; a text equal to this is part of it if `includesFrom`. */
  readonly from: string;
  readonly includesFrom: boolean;
  /** Where it ends: the first text beyond it. Undefined: it has no end. */
  readonly before: string | undefined;
}

/** The texts that begin with `prefix` and come after `after`; undefined: from the first. */
export function utf8Range(prefix: string, after: string | undefined): Utf8Range {
  const before = firstAfterPrefix(prefix);
  // One lower bound, not two: a database may search by the worse and filter by the better one.
  return after !== undefined && compareUtf8(after, prefix) >= 0
    ? { from: after, includesFrom: false, before }
    : { from: prefix, includesFrom: true, before };
}

/** JavaScript's own `<` compares UTF-16 units, which puts U+10000 before U+E000. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The last code point is counted up; one that is the highest of all is dropped first. */
function firstAfterPrefix(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  const last = codePoints.findLastIndex((codePoint) => codePoint < CODE_POINT_MAX);
  if (last === -1) {
    return undefined;
  }
  const codePoint = codePoints[last] === BEFORE_SURROGATES ? AFTER_SURROGATES : undefined;
  const next = codePoint ?? (codePoints[last] ?? 0) + 1;
  return String.fromCodePoint(...codePoints.slice(0, last), next);
}
