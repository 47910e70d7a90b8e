/**
 * One document, read by a streaming parser and told with offsets. Refuses what no configuration has
 * and attackers like: document type definitions, entities, elements without end.
 */
import { SaxesParser } from "saxes";
import { ImportProblem, type ImportFault } from "../import-problem.ts";
import { ELEMENT_DEPTH_MAX } from "../limits.ts";
import type { EmbeddedText } from "./embedded-text.ts";

/** How many UTF-16 units the parser gets at once; a few milliseconds of work. */
const PIECE_UNITS = 64 * 1024;

/** An opening tag. Offsets are in UTF-16 units of the document. */
export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly start: number;
  /** After its `>`. */
  readonly end: number;
  /** `<a />`: content and closing tag are empty and stand at `end`. */
  readonly isEmpty: boolean;
  /** 1 for the root. */
  readonly depth: number;
}

export interface ScanHandler {
  open(tag: Tag): void;
  /** `contentEnd` is where the closing tag begins, `end` where it ends. */
  close(tag: Tag, contentEnd: number, end: number): void;
  /** Character data, references resolved; left out by who cuts it from the document. */
  text?(text: string): void;
  /** Content that is neither character data nor an element. */
  opaque?(kind: OpaqueKind, content: string, start: number, end: number): void;
}

export type OpaqueKind = "CDATA section" | "comment" | "processing instruction";

const OPAQUE_STARTS: Readonly<Record<OpaqueKind, string>> = {
  "CDATA section": "<![CDATA[",
  comment: "<!--",
  "processing instruction": "<?",
};

/** The name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** Throws `ImportProblem`, with the place in the file also for a document in a document. */
export function scan(document: EmbeddedText, handler: ScanHandler): void {
  const parser = parserOf(document, handler);
  refusingWhatIsMalformed(document, parser, () => parser.write(document.text).close());
}

/** The same in pieces; `pause` is awaited after each. */
export async function scanInPieces(
  document: EmbeddedText,
  handler: ScanHandler,
  pause: (doneUnits: number) => Promise<void>,
): Promise<void> {
  const parser = parserOf(document, handler);
  const { text } = document;
  for (let start = 0; start < text.length; start += PIECE_UNITS) {
    const end = Math.min(text.length, start + PIECE_UNITS);
    refusingWhatIsMalformed(document, parser, () => parser.write(text.slice(start, end)));
    await pause(end);
  }
  refusingWhatIsMalformed(document, parser, () => parser.close());
}

/**
 * The parser without a handler for errors throws the first. It gets at most seven handlers: it
 * keeps them as properties that it adds by computed names, and with more of those V8 makes it a
 * dictionary, which reads three times as slowly.
 */
function parserOf(document: EmbeddedText, handler: ScanHandler): SaxesParser {
  const parser = new SaxesParser({ position: true, defaultXMLVersion: "1.0" });
  parser.on("doctype", () => {
    const start = document.text.lastIndexOf("<!DOCTYPE", parser.position);
    throw refusal(document, "not-supported", DTD_REFUSED, start);
  });
  connect(parser, document, handler);
  return parser;
}

function refusingWhatIsMalformed(
  document: EmbeddedText,
  parser: SaxesParser,
  act: () => unknown,
): void {
  try {
    act();
  } catch (error) {
    if (error instanceof ImportProblem || !(error instanceof Error)) {
      throw error;
    }
    const reason = reasonOf(error);
    if (reason === "undefined entity") {
      const start = document.text.lastIndexOf("&", parser.position - 1);
      throw refusal(document, "not-supported", ENTITY_REFUSED, start);
    }
    const message = `not well-formed XML: ${reason}; correct the file`;
    throw refusal(document, "malformed", message, parser.position - 1);
  }
}

function refusal(
  document: EmbeddedText,
  fault: ImportFault,
  message: string,
  offset: number,
): ImportProblem {
  const within = Math.max(0, Math.min(offset, document.text.length));
  return new ImportProblem(fault, message, document.placeOf(within));
}

const DTD_REFUSED =
  "a document type definition (<!DOCTYPE) is not taken, because it can define entities; remove it";
const ENTITY_REFUSED =
  "only the entities of XML itself (amp, lt, gt, quot, apos) and character references are taken; write the character instead";

function assertDeclaration(document: EmbeddedText, { xmlDecl }: SaxesParser): void {
  const { version, encoding } = xmlDecl;
  if (version !== undefined && version !== "1.0") {
    const problem = "only XML 1.0 is taken; correct the declaration";
    throw refusal(document, "not-supported", problem, 0);
  }
  if (encoding !== undefined && !/^utf-?(8|16)$/i.test(encoding)) {
    const problem =
      "only UTF-8 and UTF-16 are taken; save the file as one of them, declaration included";
    throw refusal(document, "not-supported", problem, 0);
  }
}

/** What is wrong, without the names and positions which the parser adds to its messages. */
function reasonOf({ message }: Error): string {
  const [reason] = message.replace(/^(?:[^\s:]*:)?\d+:\d+: /, "").split(/: |\.$/);
  return reason ?? "incorrect syntax";
}

function connect(parser: SaxesParser, document: EmbeddedText, handler: ScanHandler): void {
  const { text } = document;
  const open: Tag[] = [];
  parser.on("opentag", ({ name, attributes, isSelfClosing }) => {
    const end = parser.position;
    // An attribute cannot hold `<`, so the last one began this tag.
    const start = text.lastIndexOf("<", end - 1);
    const tag = { name, attributes, start, end, isEmpty: isSelfClosing, depth: open.length + 1 };
    if (tag.depth === 1) {
      assertDeclaration(document, parser);
    }
    if (tag.depth > ELEMENT_DEPTH_MAX) {
      const problem = `elements lie deeper in each other than ${ELEMENT_DEPTH_MAX}`;
      throw refusal(document, "too-large", problem, start);
    }
    open.push(tag);
    handler.open(tag);
  });
  parser.on("closetag", () => {
    const tag = open.pop();
    if (tag !== undefined) {
      const end = parser.position;
      handler.close(tag, tag.isEmpty ? end : text.lastIndexOf("<", end - 1), end);
    }
  });
  connectOpaque(parser, text, handler);
  const onText = handler.text?.bind(handler);
  if (onText !== undefined) {
    parser.on("text", onText);
  }
}

function connectOpaque(parser: SaxesParser, text: string, handler: ScanHandler): void {
  const tell = (kind: OpaqueKind, content: string): void => {
    // Comments are told when their dashes have been read; anything but `>` is then an error.
    const end = parser.position + (kind === "comment" ? 1 : 0);
    handler.opaque?.(kind, content, text.lastIndexOf(OPAQUE_STARTS[kind], end - 1), end);
  };
  parser.on("cdata", (content) => tell("CDATA section", content));
  parser.on("comment", (content) => tell("comment", content));
  parser.on("processinginstruction", ({ body }) => tell("processing instruction", body));
}
