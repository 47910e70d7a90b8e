/** What a document in a property looks like: what can be unfolded, and what holds secrets. */
import { ImportProblem } from "../import-problem.ts";
import { DOCUMENT_DEPTH_MAX } from "../limits.ts";
import type { EmbeddedText } from "../xml/embedded-text.ts";
import { scan, type OpaqueKind, type ScanHandler, type Tag } from "../xml/scan.ts";
import { secrecyOfComment, worse, type Secrecy, type SecretNames } from "./secret-names.ts";
import type { ElementRange } from "./slots.ts";

export interface DocumentShape {
  readonly root: Tag;
  readonly children: readonly ChildShape[];
  /** Whether the root holds elements, each of another name, and nothing else that matters. */
  readonly isRecord: boolean;
  /** What the whole holds. */
  readonly secrecy: Secrecy;
  /** Comments between the children that hold a secret. */
  readonly secretComments: readonly { readonly start: number; readonly end: number }[];
}

export interface ChildShape {
  readonly element: ElementRange;
  /** Character data alone, without attributes of its own: a plain value. */
  readonly isLeaf: boolean;
  /** Of a leaf. */
  readonly text: string;
  /** Whether the text of a leaf is a document. */
  readonly isDocument: boolean;
  readonly secrecy: Secrecy;
}

/** Whether a value has to be read as a document. */
export function isLikeDocument(value: string): boolean {
  return /^\s*<[?!:_\p{L}]/u.test(value);
}

/** Throws `ImportProblem` for what is not well-formed, also in documents further inside. */
export function shapeOf(document: EmbeddedText, names: SecretNames): DocumentShape {
  const reader = new ShapeReader(document, names);
  scan(document, reader);
  return reader.shape();
}

/** An element that is open. */
interface Frame {
  readonly tag: Tag;
  text: string;
  hasElements: boolean;
  hasOpaque: boolean;
  isDocument: boolean;
  secrecy: Secrecy;
}

class ShapeReader implements ScanHandler {
  readonly #document: EmbeddedText;
  readonly #names: SecretNames;
  readonly #open: Frame[] = [];
  readonly #children: ChildShape[] = [];
  readonly #comments: { start: number; end: number }[] = [];
  #root: Frame | undefined;
  #secrecy: Secrecy = "none";

  constructor(document: EmbeddedText, names: SecretNames) {
    this.#document = document;
    this.#names = names;
  }

  open(tag: Tag): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      parent.hasElements = true;
    }
    const frame: Frame = {
      tag,
      text: "",
      hasElements: false,
      hasOpaque: false,
      isDocument: false,
      secrecy: Object.entries(tag.attributes).reduce<Secrecy>(
        (held, [name, value]) => worse(held, this.#names.judge(name, value)),
        "none",
      ),
    };
    this.#root ??= frame;
    this.#open.push(frame);
  }

  text(text: string): void {
    const frame = this.#open.at(-1);
    if (frame !== undefined) {
      frame.text += text;
    }
  }

  opaque(kind: OpaqueKind, content: string, start: number, end: number): void {
    const frame = this.#open.at(-1);
    if (kind === "CDATA section") {
      this.text(content);
      if (frame !== undefined) {
        frame.hasOpaque = true;
      }
      return;
    }
    const secrecy = secrecyOfComment(content);
    if (secrecy !== "none" && kind === "comment" && this.#open.length < 2) {
      this.#comments.push({ start, end });
    }
    if (frame === undefined) {
      this.#secrecy = worse(this.#secrecy, secrecy);
      return;
    }
    // A comment beside the children does not make them less of a record.
    frame.hasOpaque ||= kind !== "comment" || frame.tag.depth > 1;
    frame.secrecy = worse(frame.secrecy, secrecy);
  }

  close(tag: Tag, contentEnd: number, end: number): void {
    const frame = this.#open.pop();
    if (frame === undefined) {
      return;
    }
    const element = { document: this.#document, tag, contentEnd, end };
    this.#judge(frame, element);
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#secrecy = worse(this.#secrecy, frame.secrecy);
      return;
    }
    parent.secrecy = worse(parent.secrecy, frame.secrecy);
    if (tag.depth === 2) {
      const isLeaf = !frame.hasElements && !frame.hasOpaque && hasNoAttributesOfItsOwn(tag);
      const { text, isDocument, secrecy } = frame;
      this.#children.push({ element, isLeaf, text, isDocument: isLeaf && isDocument, secrecy });
    }
  }

  shape(): DocumentShape {
    const root = this.#root;
    if (root === undefined) {
      throw new ImportProblem("malformed", "there is no element", this.#document.placeOf(0));
    }
    const names = new Set(this.#children.map(({ element }) => element.tag.name.toLowerCase()));
    return {
      root: root.tag,
      children: this.#children,
      isRecord:
        names.size > 0 &&
        names.size === this.#children.length &&
        !root.hasOpaque &&
        root.text.trim() === "",
      secrecy: this.#secrecy,
      secretComments: this.#comments,
    };
  }

  /** What the element's own text says: by its name if it holds nothing else, and by its shape. */
  #judge(frame: Frame, { tag, contentEnd }: ElementRange): void {
    const { text } = frame;
    const name = frame.hasElements ? "" : tag.name;
    if (name === "" && text.trim() === "") {
      return;
    }
    // A secret may begin like a tag and is no document for that.
    if (!frame.hasElements && !this.#names.has(tag.name) && isLikeDocument(text)) {
      const inner = frame.hasOpaque
        ? this.#document.quoted(text, tag.end)
        : this.#document.inner(tag.end, contentEnd);
      assertDepth(inner, this.#document, tag);
      frame.isDocument = true;
      frame.secrecy = worse(frame.secrecy, shapeOf(inner, this.#names).secrecy);
    }
    frame.secrecy = worse(frame.secrecy, this.#names.judge(name, text));
  }
}

function assertDepth(inner: EmbeddedText, document: EmbeddedText, tag: Tag): void {
  if (inner.depth >= DOCUMENT_DEPTH_MAX) {
    throw new ImportProblem(
      "too-large",
      `documents lie deeper in each other than ${DOCUMENT_DEPTH_MAX}`,
      document.placeOf(tag.start),
    );
  }
}

/** Namespaces and `xsi:nil` are about the element, and no part of what it says. */
export function hasNoAttributesOfItsOwn(tag: Tag): boolean {
  return Object.keys(tag.attributes).every(isNotOwn);
}

export function isNotOwn(attribute: string): boolean {
  return /^xmlns(:|$)|:nil$/.test(attribute);
}
