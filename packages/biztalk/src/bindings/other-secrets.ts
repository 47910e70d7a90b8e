/**
 * Secrets that stand outside of what becomes items: in addresses, in the configuration of
 * pipelines, in comments. They are kept with the file alone, and hidden when it is shown.
 */
import type { EmbeddedText } from "../xml/embedded-text.ts";
import { localName, type Tag } from "../xml/scan.ts";
import type { Slot } from "./binding-file.ts";
import { secrecyOfComment, type SecretNames } from "./secret-names.ts";
import { attributeRanges, contentSlot, rangeSlot } from "./slots.ts";

export class OtherSecrets {
  readonly slots: Slot[] = [];
  readonly #file: EmbeddedText;
  readonly #names: SecretNames;

  constructor(file: EmbeddedText, names: SecretNames) {
    this.#file = file;
    this.#names = names;
  }

  inAttributes(tag: Tag): void {
    const secret = new Set<string>();
    for (const [name, value] of Object.entries(tag.attributes)) {
      if (this.#isSecret(name, value)) {
        secret.add(name);
      }
    }
    if (secret.size === 0) {
      return;
    }
    for (const { name, valueStart, valueEnd } of attributeRanges(this.#file.text, tag)) {
      if (secret.has(name)) {
        const range = { start: valueStart, end: valueEnd };
        this.slots.push(rangeSlot(this.#file, range, 1, { kind: "attribute" }, true));
      }
    }
  }

  /** The content of an element without elements. */
  inContent(tag: Tag, contentEnd: number, end: number): void {
    const raw = this.#file.text.slice(tag.end, contentEnd);
    if (raw !== "" && this.#isSecret(localName(tag.name), raw)) {
      const element = { document: this.#file, tag, contentEnd, end };
      this.slots.push(contentSlot(element, { kind: "text", reading: "plain" }, true));
    }
  }

  /** Whether the text, which may hold documents and be escaped, speaks of a secret and has one. */
  #isSecret(name: string, raw: string): boolean {
    return this.#names.judge(name, raw) === "present" || tellsOfSecret(raw);
  }
}

/** Elements and types of pipelines have names that end so, with a value after them. */
function tellsOfSecret(raw: string): boolean {
  return raw.includes("&lt;") && secrecyOfComment(raw) !== "none";
}
