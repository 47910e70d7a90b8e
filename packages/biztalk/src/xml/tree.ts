/** A small document as a tree, for files that hold one thing each. */
import { ImportProblem } from "../import-problem.ts";
import { SETTINGS_FILE_BYTES_MAX } from "../limits.ts";
import { PlaceFinder, type TextPlace } from "../text-place.ts";
import { EmbeddedText } from "./embedded-text.ts";
import { scan, type Tag } from "./scan.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Character data between the elements, references resolved. */
  readonly text: string;
  readonly place: TextPlace;
}

/** The root. Throws `ImportProblem` for what is not well-formed or too large. */
export function parseTree(text: string): XmlElement {
  if (text.length > SETTINGS_FILE_BYTES_MAX) {
    throw new ImportProblem(
      "too-large",
      `the file is longer than ${SETTINGS_FILE_BYTES_MAX} characters; split it`,
      undefined,
    );
  }
  const places = new PlaceFinder(text);
  const outermost: OpenElement = { children: [], text: "" };
  const open = [outermost];
  const add = (content: string): void => {
    (open.at(-1) ?? outermost).text += content;
  };
  scan(EmbeddedText.file(text), {
    open: ({ name, attributes, start }: Tag) => {
      const element = { name, attributes, children: [], text: "", place: places.at(start) };
      (open.at(-1) ?? outermost).children.push(element);
      open.push(element);
    },
    close: () => {
      open.pop();
    },
    text: add,
    opaque: (kind, content) => {
      if (kind === "CDATA section") {
        add(content);
      }
    },
  });
  const [root] = outermost.children;
  if (root === undefined) {
    throw new ImportProblem("malformed", "there is no element", { line: 1, column: 1 });
  }
  return root;
}

/** That the element is not taken, and where it is. */
export function refused({ place }: XmlElement, message: string): ImportProblem {
  return new ImportProblem("not-supported", message, place);
}

interface OpenElement {
  readonly children: XmlElement[];
  text: string;
}
