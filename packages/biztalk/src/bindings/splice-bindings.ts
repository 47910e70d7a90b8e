/**
 * Edits of a binding file by replacing what stands in the slots named and nothing else, so that the
 * rest stays byte for byte as it was.
 */
import { ImportProblem } from "../import-problem.ts";
import { EmbeddedText } from "../xml/embedded-text.ts";
import { escapeAttribute, escapeContent, isXmlText } from "../xml/escape.ts";
import type { BindingFile, Slot, TextReading } from "./binding-file.ts";
import { isLikeDocument, shapeOf, type DocumentShape } from "./document-shape.ts";
import { HIDDEN_SECRET, SecretNames } from "./secret-names.ts";
import { isVariantNumber, renderVariantBoolean } from "./variant.ts";

export interface SlotEdit {
  readonly slot: Slot;
  readonly value: string | number | boolean;
}

/**
 * The text with the values in their slots, which are those of the same text. Reading it again gives
 * each value; but one that is empty and masked is then missing, as in what the product exports.
 * Throws `ImportProblem`, without a place, for a value that would not be read again as it is.
 */
export function spliceBindings(text: string, edits: readonly SlotEdit[]): string {
  return splice(
    text,
    edits.map(({ slot, value }) => ({ slot, content: contentOf(slot, value) })),
  );
}

/** The text with every secret that stands in it as `******`, and how many those were. */
export function maskBindings(
  text: string,
  file: BindingFile,
): { readonly text: string; readonly hidden: number } {
  const slots = file.transports.flatMap(({ properties }) => properties.map(({ slot }) => slot));
  const hidden = [...slots, ...file.otherSecrets].filter(
    (slot) => slot.masked && holdsSomething(text, slot),
  );
  const edits = hidden.map((slot) => ({ slot, content: hiddenContent(slot) }));
  return { text: splice(text, edits), hidden: hidden.length };
}

interface Replacement {
  readonly slot: Slot;
  readonly content: string;
}

function splice(text: string, replacements: readonly Replacement[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { slot, content } of replacements.toSorted((a, b) => a.slot.start - b.slot.start)) {
    if (slot.start < done) {
      throw new ImportProblem("malformed", "two edits are about one slot", undefined);
    }
    // An empty element that stays empty keeps its tag.
    const isSame = content === "" && slot.before !== "" && slot.after !== "";
    pieces.push(
      text.slice(done, slot.start),
      isSame ? text.slice(slot.start, slot.end) : slot.before + content + slot.after,
    );
    done = slot.end;
  }
  pieces.push(text.slice(done));
  return pieces.join("");
}

function holdsSomething(text: string, { start, end, before }: Slot): boolean {
  const content = text.slice(start, end);
  return before === "" && content.trim() !== "" && content !== HIDDEN_SECRET;
}

function hiddenContent({ form, escapes }: Slot): string {
  const whole =
    form.kind === "element" ? `<${form.element}>${HIDDEN_SECRET}</${form.element}>` : HIDDEN_SECRET;
  return escapeContent(whole, escapes);
}

function contentOf(slot: Slot, value: string | number | boolean): string {
  const { form, escapes } = slot;
  switch (form.kind) {
    case "number":
      if (typeof value !== "number" || !isVariantNumber(form.variantType, value)) {
        throw unfit(`a number of the type vt="${form.variantType}" is expected`);
      }
      return Object.is(value, -0) ? "0" : String(value);
    case "boolean":
      if (typeof value !== "boolean") {
        throw unfit("true or false is expected");
      }
      return renderVariantBoolean(value, form.words);
    case "attribute":
      return escapeContent(escapeAttribute(textOf(value)), escapes - 1);
    case "element":
      return escapeContent(elementOf(value, form.element), escapes);
    case "text":
      return escapeContent(readableText(textOf(value), form.reading), escapes);
  }
}

function textOf(value: string | number | boolean): string {
  if (typeof value !== "string") {
    throw unfit("text is expected");
  }
  if (!isXmlText(value)) {
    throw unfit("it holds a control character, which XML cannot carry; remove it");
  }
  if (value === HIDDEN_SECRET) {
    throw unfit(`${HIDDEN_SECRET} means that a secret is not in the file; choose another value`);
  }
  return value;
}

/** What looks like a document is read as one, so it must be one, and stay in one piece. */
function readableText(value: string, reading: TextReading): string {
  if (reading !== "plain" && isLikeDocument(value)) {
    const { isRecord } = shapeOfValue(value);
    if (reading === "unfolded" && isRecord) {
      throw unfit("it is a document whose elements would be read as properties; escape it once");
    }
  }
  return value;
}

/** One element of the name that stood there, with more in it than text. */
function elementOf(value: string | number | boolean, name: string): string {
  const element = textOf(value);
  const { children, isRecord } = shapeOfValue(`<a>${element}</a>`);
  const [child, ...others] = children;
  const isOne = isRecord && child !== undefined && others.length === 0;
  if (!isOne || child.isLeaf || child.element.tag.name !== name) {
    throw unfit(`one element <${name}> with elements or attributes is expected`);
  }
  if (child.element.end - child.element.tag.start !== element.length) {
    throw unfit(`nothing may stand before or after the element <${name}>`);
  }
  return element;
}

function shapeOfValue(value: string): DocumentShape {
  try {
    return shapeOf(EmbeddedText.file(value), new SecretNames([]));
  } catch (error) {
    if (error instanceof ImportProblem) {
      throw unfit(`as a document: ${error.message}`);
    }
    throw error;
  }
}

function unfit(reason: string): ImportProblem {
  return new ImportProblem("not-supported", `the value cannot be written: ${reason}`, undefined);
}
