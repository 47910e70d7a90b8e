/**
 * `npm run build`: makes `dist/`, which is what a user installs. One program for server and CLI;
 * what is heavy and seldom used lies in files of its own, loaded when it is first used.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { build, type Metafile } from "esbuild";
import { launcher, manifest } from "./build/launcher.ts";
import { thirdPartyNotices } from "./build/third-party-notices.ts";
import { readProjectFile, ROOT } from "./project-files.ts";

const DIST = path.join(ROOT, "dist");

const ENTRIES = {
  main: "packages/cli/src/main.ts",
  // A worker is started by its file name, which the bundler does not follow.
  "age-worker": "packages/backup/src/age-worker.ts",
};

/** Some libraries are CommonJS and call `require` for modules of Node, also inside the bundle. */
const REQUIRE_FOR_COMMONJS = [
  `import { createRequire as createRequireForCommonJs } from "node:module";`,
  "const require = createRequireForCommonJs(import.meta.url);",
].join("\n");

fs.rmSync(DIST, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ENTRIES,
  outdir: DIST,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  banner: { js: REQUIRE_FOR_COMMONJS },
  chunkNames: "part-[hash]",
  legalComments: "none",
  // Names in a stack trace are worth more to an operator than the bytes.
  keepNames: true,
  metafile: true,
  logLevel: "warning",
});
write("chatelaine.js", launcher(), 0o755);
write("package.json", manifest(readProjectFile("packages/cli/package.json")), 0o644);
write("LICENSE", readProjectFile("LICENSE"), 0o644);
write("THIRD-PARTY-NOTICES.txt", thirdPartyNotices(Object.keys(metafile.inputs)), 0o644);
printSizes(metafile);

function write(name: string, content: string, mode: number): void {
  fs.writeFileSync(path.join(DIST, name), content, { mode });
}

/** Each file with its size and the largest thing in it, which tells a part from another. */
function printSizes({ outputs }: Metafile): void {
  for (const name of fs.readdirSync(DIST).sort()) {
    const { size } = fs.statSync(path.join(DIST, name));
    const inputs = Object.entries(outputs[path.posix.join("dist", name)]?.inputs ?? {});
    const [largest] = inputs.sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    const kibibytes = `${(size / 1024).toFixed(1)} KiB`.padStart(12);
    console.log(`${name.padEnd(26)}${kibibytes}   ${largest?.[0] ?? ""}`.trimEnd());
  }
}
