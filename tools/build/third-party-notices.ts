/** The licences of what was bundled: most ask that their text goes along with copies. */
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../project-files.ts";
import { ToolError } from "../tool-error.ts";

const KEPT_TEXTS = "tools/build/licences";

/** The notices for the packages that these bundled files came from, one after another by name. */
export function thirdPartyNotices(bundledFiles: readonly string[]): string {
  const packages = new Set(bundledFiles.flatMap((file) => packageOf(file) ?? []));
  const notices = [...packages].sort().map(noticeOf);
  return ["Chatelaine contains the following software of others.", ...notices].join("\n\n");
}

/** The folder of the innermost package that the file belongs to; undefined for files of ours. */
function packageOf(file: string): string | undefined {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function noticeOf(folder: string): string {
  const { name, version, license } = parseManifest(readFile(folder, "package.json"));
  const file = fs.readdirSync(path.join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? keptText(name, version) : readFile(folder, file);
  return `${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}`;
}

/** Some packages leave out the file that their repository has. Each version is looked up anew. */
function keptText(name: string, version: string): string {
  const file = `${name}-${version}.txt`;
  return fs.readdirSync(path.join(ROOT, KEPT_TEXTS)).includes(file)
    ? readFile(KEPT_TEXTS, file)
    : "(its package contains no licence file)";
}

function readFile(folder: string, file: string): string {
  return fs.readFileSync(path.join(ROOT, folder, file), "utf8");
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function parseManifest(text: string): Manifest {
  const { name, version, license } = JSON.parse(text) as Partial<Manifest>;
  if (name === undefined || version === undefined || license === undefined) {
    throw new ToolError(`a bundled package does not say its name, version and licence: ${text}`);
  }
  return { name, version, license };
}
