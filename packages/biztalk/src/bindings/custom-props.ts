/**
 * The configuration of one transport: `<CustomProps>` and in it one element for each property, its
 * type in `vt`. A property that is a document is unfolded by one level; what lies deeper stays one
 * XML value, which is masked whole if it holds a secret.
 */
import { ImportProblem, type ImportFault } from "../import-problem.ts";
import type { PlaceFinder } from "../text-place.ts";
import type { EmbeddedText } from "../xml/embedded-text.ts";
import { scan, type OpaqueKind, type ScanHandler, type Tag } from "../xml/scan.ts";
import type { Property, PropertyType, Slot, SlotForm } from "./binding-file.ts";
import {
  isLikeDocument,
  isNotOwn,
  shapeOf,
  type ChildShape,
  type DocumentShape,
} from "./document-shape.ts";
import { HIDDEN_SECRET, secrecyOfComment, type Secrecy, type SecretNames } from "./secret-names.ts";
import { attributeRanges, contentSlot, isNil, rangeSlot, type ElementRange } from "./slots.ts";
import { parseVariantBoolean, parseVariantNumber, parseVariantType } from "./variant.ts";

/** What reading needs to know, and where what is found beside the properties goes. */
export interface PropsContext {
  readonly names: SecretNames;
  readonly places: PlaceFinder;
  /** Names of properties, each kept once: a file has few, and hundreds of thousands of uses. */
  readonly spelled: Map<string, string>;
  /** Comments that hold a secret. */
  readonly otherSecrets: Slot[];
}

/** Throws `ImportProblem`. `data` is the decoded content of a transport's configuration. */
export function readCustomProps(data: EmbeddedText, context: PropsContext): readonly Property[] {
  const reader = new CustomPropsReader(data, context);
  scan(data, reader);
  return reader.properties;
}

class CustomPropsReader implements ScanHandler {
  readonly properties: Property[] = [];
  readonly #data: EmbeddedText;
  readonly #context: PropsContext;
  readonly #taken = new Set<string>();
  #text = "";
  #property: Tag | undefined;

  constructor(data: EmbeddedText, context: PropsContext) {
    this.#data = data;
    this.#context = context;
  }

  open(tag: Tag): void {
    this.#assertBlank(tag);
    if (tag.depth === 1) {
      if (tag.name !== "CustomProps") {
        throw this.#problem(
          "not-supported",
          tag,
          `configuration of a transport is <CustomProps>, not <${tag.name}>; import this port by hand`,
        );
      }
      return;
    }
    if (tag.depth > 2) {
      throw this.#problem("not-supported", tag, UNESCAPED_PROPERTY);
    }
    this.#property = tag;
    this.#text = "";
  }

  text(text: string): void {
    this.#text += text;
  }

  opaque(kind: OpaqueKind, content: string, start: number, end: number): void {
    if (this.#property !== undefined || kind === "CDATA section") {
      throw new ImportProblem(
        "not-supported",
        `a ${kind} in the value of a property is not taken; escape the value instead`,
        this.#data.placeOf(start),
      );
    }
    if (secrecyOfComment(content) !== "none") {
      const slot = commentSlot(this.#data, kind, start, end);
      this.#context.otherSecrets.push(slot);
    }
  }

  close(tag: Tag, contentEnd: number, end: number): void {
    if (tag.depth === 1) {
      this.#assertBlank(tag);
      return;
    }
    const element = { document: this.#data, tag, contentEnd, end };
    for (const property of readProperty(element, this.#text, this.#context)) {
      const folded = property.name.toLowerCase();
      if (this.#taken.has(folded)) {
        throw this.#problem(
          "malformed",
          tag,
          `the property ${property.name} is there twice, also if only in other case; keep one of them`,
        );
      }
      this.#taken.add(folded);
      this.properties.push(property);
    }
    this.#property = undefined;
    this.#text = "";
  }

  #assertBlank(tag: Tag): void {
    if (this.#property === undefined && this.#text.trim() !== "") {
      throw this.#problem(
        "malformed",
        tag,
        "there is text between the properties; remove it, or give it an element",
      );
    }
  }

  #problem(fault: ImportFault, tag: Tag, message: string): ImportProblem {
    return new ImportProblem(fault, message, this.#data.placeOf(tag.start));
  }
}

const UNESCAPED_PROPERTY =
  "the value of a property holds elements that are not escaped, as masters of deployment frameworks do; import the file that is made from the master";

/** One property, or those that are unfolded from it. */
function readProperty(
  element: ElementRange,
  text: string,
  context: PropsContext,
): readonly Property[] {
  const { tag, document } = element;
  const vt = tag.attributes["vt"]?.trim();
  const type = vt === undefined ? undefined : parseVariantType(vt);
  if (type === undefined) {
    const said = vt === undefined ? "has no type (vt)" : "has an unknown type (vt)";
    throw problem(
      "not-supported",
      element,
      `the property ${tag.name} ${said}; give it one of the types that the product exports, such as vt="8" for text`,
    );
  }
  const [number, kind] = type;
  const isSecret = kind === "boolean" ? context.names.masks(tag.name) : context.names.has(tag.name);
  if (kind === "nothing" || isNil(tag)) {
    assertNothing(element, text, kind === "nothing" && isNil(tag));
    const form = isSecret ? PLAIN : UNFOLDED;
    return [plain(element, context, { type: "string", form, value: undefined, masked: isSecret })];
  }
  if (kind === "text") {
    const form = number !== 8 || isSecret ? PLAIN : UNFOLDED;
    if (form === PLAIN || !isLikeDocument(text)) {
      return [
        plain(element, context, { type: "string", form, ...judged(context, tag.name, text) }),
      ];
    }
    const value = document.inner(tag.end, element.contentEnd);
    return readDocument(element, value, context);
  }
  const trimmed = text.trim();
  const isHidden = trimmed === HIDDEN_SECRET;
  const form: SlotForm =
    kind === "number"
      ? { kind, variantType: number }
      : { kind, words: /^(true|false)$/i.test(trimmed) };
  const isThere = trimmed !== "" && !isHidden;
  const value = isThere ? readTyped(element, kind, number, trimmed) : undefined;
  return [plain(element, context, { type: kind, form, value, masked: isSecret || isHidden })];
}

const PLAIN: SlotForm = { kind: "text", reading: "plain" };
const WHOLE: SlotForm = { kind: "text", reading: "whole" };
const UNFOLDED: SlotForm = { kind: "text", reading: "unfolded" };

function readTyped(
  element: ElementRange,
  kind: "number" | "boolean",
  type: number,
  text: string,
): number | boolean {
  const value = kind === "number" ? parseVariantNumber(type, text) : parseVariantBoolean(text);
  if (value === undefined) {
    throw problem(
      "malformed",
      element,
      `the value of ${element.tag.name} is no ${kind} of its type (vt="${type}"); correct it`,
    );
  }
  return value;
}

/** Null is a type, not a value: what says that it is nothing must hold nothing. */
function assertNothing(element: ElementRange, text: string, isSaidTwice: boolean): void {
  if (text.trim() !== "" || isSaidTwice) {
    throw problem(
      "malformed",
      element,
      `the property ${element.tag.name} is null by its type and is not empty; give it the type of its value, or empty it`,
    );
  }
}

function readDocument(
  element: ElementRange,
  value: EmbeddedText,
  context: PropsContext,
): readonly Property[] {
  const shape = shapeOf(value, context.names);
  if (!shape.isRecord) {
    return [
      plain(element, context, {
        type: "xml",
        form: UNFOLDED,
        ...held(shape.secrecy, value.text),
      }),
    ];
  }
  context.otherSecrets.push(
    ...shape.secretComments.map(({ start, end }) => commentSlot(value, "comment", start, end)),
  );
  const { name } = element.tag;
  return [
    ...rootAttributes(value, shape, name, context),
    ...shape.children.map((child) => childProperty(value, child, name, context)),
  ];
}

function rootAttributes(
  document: EmbeddedText,
  { root }: DocumentShape,
  property: string,
  context: PropsContext,
): readonly Property[] {
  const ranges = attributeRanges(document.text, root).filter(({ name }) => !isNotOwn(name));
  return ranges.map((range) => {
    const name = once(context, `${property}.@${range.name}`);
    const { value, masked } = judged(context, name, root.attributes[range.name] ?? "");
    const place = context.places.at(document.toFile(range.valueStart));
    const between = { start: range.valueStart, end: range.valueEnd };
    const slot = rangeSlot(document, between, document.depth + 1, { kind: "attribute" }, masked);
    return { name, type: "string", value, masked, place, slot };
  });
}

function childProperty(
  document: EmbeddedText,
  child: ChildShape,
  property: string,
  context: PropsContext,
): Property {
  const { element, isLeaf, isDocument } = child;
  const { tag } = element;
  const name = once(context, `${property}.${tag.name}`);
  if (isLeaf) {
    const isSecret = context.names.has(name);
    const value = isNil(tag) ? undefined : child.text;
    const content =
      isDocument && !isSecret ? held(child.secrecy, child.text) : judged(context, name, child.text);
    const type: PropertyType = isDocument ? "xml" : "string";
    const { masked } = content;
    const slot = contentSlot(element, isSecret ? PLAIN : WHOLE, masked);
    const place = context.places.at(document.toFile(tag.start));
    return { name, type, value: value === undefined ? value : content.value, masked, place, slot };
  }
  const whole = document.text.slice(tag.start, element.end);
  const { value, masked } = context.names.has(name)
    ? held("present", whole)
    : held(child.secrecy, whole);
  const form: SlotForm = { kind: "element", element: tag.name };
  const slot = rangeSlot(
    document,
    { start: tag.start, end: element.end },
    document.depth,
    form,
    masked,
  );
  return {
    name,
    type: "xml",
    value,
    masked,
    place: context.places.at(document.toFile(tag.start)),
    slot,
  };
}

interface Content {
  readonly value: Property["value"];
  readonly masked: boolean;
}

/** A plain value: a secret that is blank is not in the file. */
function judged({ names }: PropsContext, name: string, text: string): Content {
  return held(names.judge(name, text), text);
}

function held(secrecy: Secrecy, text: string): Content {
  return { value: secrecy === "blank" ? undefined : text, masked: secrecy !== "none" };
}

function plain(
  element: ElementRange,
  context: PropsContext,
  { type, form, value, masked }: Content & { readonly type: PropertyType; readonly form: SlotForm },
): Property {
  const { tag, document } = element;
  const place = context.places.at(document.toFile(tag.start));
  const slot = contentSlot(element, form, masked);
  return { name: once(context, tag.name), type, value, masked, place, slot };
}

function once({ spelled }: PropsContext, name: string): string {
  const known = spelled.get(name);
  if (known === undefined) {
    spelled.set(name, name);
  }
  return known ?? name;
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
  return rangeSlot(document, inside, 0, PLAIN, true);
}

function problem(
  fault: ImportFault,
  { document, tag }: ElementRange,
  message: string,
): ImportProblem {
  return new ImportProblem(fault, message, document.placeOf(tag.start));
}
