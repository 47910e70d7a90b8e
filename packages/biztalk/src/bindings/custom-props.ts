/**
 * The configuration of one transport: `<CustomProps>` and in it one element for each property, its
 * type in `vt`. A property that is a document is unfolded by one level; what lies deeper stays one
 * XML value, which is masked whole if it holds a secret.
 */
import { ImportProblem, type ImportFault } from "../import-problem.ts";
import type { EmbeddedText } from "../xml/embedded-text.ts";
import { scan, type OpaqueKind, type ScanHandler, type Tag } from "../xml/scan.ts";
import type { Property, SlotForm } from "./binding-file.ts";
import { isLikeDocument } from "./document-shape.ts";
import { judged, plain, PLAIN, UNFOLDED, type PropsContext } from "./property-parts.ts";
import { HIDDEN_SECRET, secrecyOfComment } from "./secret-names.ts";
import { commentSlot, isNil, type ElementRange } from "./slots.ts";
import { unfoldDocument } from "./unfold-document.ts";
import { parseVariantBoolean, parseVariantNumber, parseVariantType } from "./variant.ts";

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
      const whose = this.#property?.name ?? "a property";
      throw this.#problem("not-supported", tag, `the value of ${whose} ${UNESCAPED}`);
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

const UNESCAPED =
  "holds elements that are not escaped, as masters of deployment frameworks do; import the file that is made from the master";

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
    return unfoldDocument(element, value, context);
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

function problem(
  fault: ImportFault,
  { document, tag }: ElementRange,
  message: string,
): ImportProblem {
  return new ImportProblem(fault, message, document.placeOf(tag.start));
}
