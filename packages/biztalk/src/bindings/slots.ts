import type { EmbeddedText } from "../xml/embedded-text.ts";
import { escapeContent } from "../xml/escape.ts";
import { localName, type OpaqueKind, type Tag } from "../xml/scan.ts";
import type { Slot, SlotForm } from "./binding-file.ts";

/** An element with the offsets of its content, in the document it stands in. */
export interface ElementRange {
  readonly document: EmbeddedText;
  readonly tag: Tag;
  readonly contentEnd: number;
  readonly end: number;
}

/** The content of an element; also its tag, where the tag says that there is none. */
export function contentSlot(element: ElementRange, form: SlotForm, masked: boolean): Slot {
  const { document, tag, contentEnd } = element;
  const escapes = document.depth + 1;
  const nothing = wordsOfNothing(element);
  if (nothing === undefined && !tag.isEmpty) {
    const range = { start: document.toFile(tag.end), end: document.toFile(contentEnd) };
    return { ...range, escapes, form, masked, before: "", after: "" };
  }
  // From the words that say that there is nothing, or from what ends the tag, to the element's
  // content: the tag is written again without saying so.
  const tagEnd = nameAndAttributesEnd(document.text, tag);
  const start = nothing?.start ?? tagEnd;
  const rest = nothing === undefined ? "" : document.fileSlice(nothing.end, tagEnd);
  return {
    start: document.toFile(start),
    end: document.toFile(tag.isEmpty ? tag.end : contentEnd),
    escapes,
    form,
    masked,
    before: (nothing?.instead ?? "") + rest + escapeContent(">", document.depth),
    after: tag.isEmpty ? escapeContent(`</${tag.name}>`, document.depth) : "",
  };
}

/** A stretch of a document that is neither an element's content nor needs its tag opened. */
export function rangeSlot(
  document: EmbeddedText,
  range: { readonly start: number; readonly end: number },
  escapes: number,
  form: SlotForm,
  masked: boolean,
): Slot {
  const [start, end] = [document.toFile(range.start), document.toFile(range.end)];
  return { start, end, escapes, form, masked, before: "", after: "" };
}

/** The inside of a comment or instruction. */
export function commentSlot(
  document: EmbeddedText,
  kind: OpaqueKind,
  start: number,
  end: number,
): Slot {
  const [opening, closing] = kind === "comment" ? [4, 3] : [2, 2];
  const inside = { start: start + opening, end: end - closing };
  return rangeSlot(document, inside, 0, { kind: "text", reading: "plain" }, true);
}

/** Whether the element says by `xsi:nil` that it has no value. */
export function isNil({ attributes }: Tag): boolean {
  return Object.entries(attributes).some(
    ([name, value]) => name.includes(":") && localName(name) === "nil" && isTrue(value),
  );
}

export interface AttributeRange {
  readonly name: string;
  /** Where the white space before the name begins. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** After the closing quotation mark. */
  readonly end: number;
}

const ATTRIBUTE = /\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/gy;

/** The attributes of a tag that was read, where they stand. */
export function attributeRanges(text: string, tag: Tag): readonly AttributeRange[] {
  const ranges: AttributeRange[] = [];
  const attribute = new RegExp(ATTRIBUTE);
  attribute.lastIndex = tag.start + 1 + tag.name.length;
  for (;;) {
    const start = attribute.lastIndex;
    const found = attribute.exec(text);
    if (found === null || attribute.lastIndex > tag.end) {
      return ranges;
    }
    const [, name = "", quoted = ""] = found;
    const end = attribute.lastIndex;
    ranges.push({ name, start, valueStart: end - quoted.length + 1, valueEnd: end - 1, end });
  }
}

interface WordsOfNothing {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

/** `vt="1"`, which becomes `vt="8"`, or `xsi:nil="true"`, which goes. */
function wordsOfNothing({ document, tag }: ElementRange): WordsOfNothing | undefined {
  const nil = isNil(tag);
  if (!nil && !NULL_TYPES.has(tag.attributes["vt"]?.trim() ?? "")) {
    return undefined;
  }
  for (const range of attributeRanges(document.text, tag)) {
    if (nil && range.name.includes(":") && localName(range.name) === "nil") {
      return { start: range.start, end: range.end, instead: "" };
    }
    if (!nil && range.name === "vt") {
      return { start: range.valueStart, end: range.valueEnd, instead: "8" };
    }
  }
  return undefined;
}

/** VT_EMPTY and VT_NULL. */
export const NULL_TYPES: ReadonlySet<string> = new Set(["0", "1"]);

/** Where the last attribute, or the name, ends: what follows is white space, `/` and `>`. */
function nameAndAttributesEnd(text: string, tag: Tag): number {
  return attributeRanges(text, tag).at(-1)?.end ?? tag.start + 1 + tag.name.length;
}

function isTrue(value: string): boolean {
  return value.trim() === "true" || value.trim() === "1";
}
