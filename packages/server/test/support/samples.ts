import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Real files, where they come from stands beside them; and the made ones of the examples. */
const FOLDERS = {
  bindings: "../../../biztalk/test/samples/bindings/",
  "enterprise-sso": "../../../biztalk/test/samples/enterprise-sso/",
  examples: "../../../../examples/bindings/",
} as const;
type Folder = keyof typeof FOLDERS;

export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function samples(folder: Folder): readonly Sample[] {
  return readdirSync(pathOf(folder, ""))
    .filter((name) => name.endsWith(".xml"))
    .toSorted()
    .map((name) => sample(folder, name));
}

export function sample(folder: Folder, name: string): Sample {
  return { name, bytes: new Uint8Array(readFileSync(pathOf(folder, name))) };
}

function pathOf(folder: Folder, name: string): string {
  return fileURLToPath(new URL(`${FOLDERS[folder]}${name}`, import.meta.url));
}
