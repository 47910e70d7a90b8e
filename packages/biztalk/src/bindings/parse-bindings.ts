import { EmbeddedText } from "../xml/embedded-text.ts";
import { scanInPieces } from "../xml/scan.ts";
import type { BindingFile } from "./binding-file.ts";
import { BindingsReader } from "./bindings-reader.ts";
import { SecretNames } from "./secret-names.ts";

export interface ParseOptions {
  /** Names of properties to mask beside `SECRET_PROPERTY_NAMES`, in any case. */
  readonly mask: readonly string[];
  /** Awaited after each piece of the text, so that a server goes on with other work. */
  readonly pause?: (doneUnits: number) => Promise<void>;
}

/**
 * Reads a binding file as BizTalk Server exports it. The text is that of `decodeText`; slots are
 * offsets into it. Throws `ImportProblem` for what is not understood.
 */
export async function parseBindings(text: string, options: ParseOptions): Promise<BindingFile> {
  const file = EmbeddedText.file(text);
  const reader = new BindingsReader(file, new SecretNames(options.mask));
  await scanInPieces(file, reader, options.pause ?? (() => Promise.resolve()));
  return reader.finish();
}
