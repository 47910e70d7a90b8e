/** Binding files for tests: those of the product, made ones, and each as other tools save it. */
import * as fs from "node:fs";
import * as path from "node:path";

export interface BindingSample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const FOLDERS = [
  path.join(import.meta.dirname, "samples/bindings"),
  path.join(import.meta.dirname, "../../../examples/bindings"),
];

export const BINDING_SAMPLES: readonly BindingSample[] = FOLDERS.flatMap((folder) =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".xml"))
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(fs.readFileSync(path.join(folder, name))) })),
);

/** The same files with a byte order mark and CRLF, and in UTF-16. */
export const SAVED_OTHERWISE: readonly BindingSample[] = BINDING_SAMPLES.flatMap(
  ({ name, bytes }) => {
    const text = new TextDecoder().decode(bytes).replace(/\r?\n/g, "\r\n");
    return [
      { name: `${name} with BOM and CRLF`, bytes: new TextEncoder().encode(`\ufeff${text}`) },
      { name: `${name} in UTF-16`, bytes: utf16(`\ufeff${text}`) },
    ];
  },
);

function utf16(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "utf16le"));
}
