/** Holds names, comments, dependencies and documents to the house style. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import { ERRORS, EVENTS } from "@chatelaine/protocol";
import { projectFiles, readProjectFile, ROOT } from "./project-files.ts";

const files = projectFiles();
const sources = files.filter((file) => /\.(ts|mjs|js|sql)$/.test(file));
const texts = files.filter((file) => /\.(ts|mjs|js|sql|md|json|toml|txt)$|\.ci\/run$/.test(file));
const pages = files.filter((file) => file.endsWith(".md"));
const manifests = files.filter((file) => path.posix.basename(file) === "package.json");
const packages = fs.readdirSync(path.join(ROOT, "packages"));

/** Asserts on the list, so that a failure names every offender at once. */
function assertNone(offenders: readonly string[], instead: string): void {
  assert.deepEqual(offenders, [], instead);
}

describe("names", () => {
  it("are in kebab-case", () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
    const convention = /^(README|LICENSE|CHANGELOG|CONTRIBUTING)(\.md)?$|^\./;
    const isOdd = (name: string): boolean => !kebab.test(name) && !convention.test(name);
    assertNone(
      files.filter((file) => file.split("/").some(isOdd)),
      "name files and folders as in lease-store.ts",
    );
  });

  it("say what is in the file", () => {
    const vague = /(^|[/-])(utils?|helpers?|common|misc|manager)\.ts$|(^|\/)types\.ts$|-v\d+\.ts$/;
    assertNone(
      sources.filter((file) => vague.test(file)),
      "name the file after its main export",
    );
  });

  it("keep index.ts for the face of a package", () => {
    assertNone(
      files.filter(
        (file) => /(^|\/)index\.ts$/.test(file) && !/^packages\/[^/]+\/src\/index\.ts$/.test(file),
      ),
      "import the file itself",
    );
  });
});

describe("comments", () => {
  it("leave no work without its issue", () => {
    const mark = new RegExp(
      `\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b(?!\\(#\\d+\\))`,
    );
    assertNone(linesThat(sources, mark), "do it, or write the mark with an issue: (#12)");
  });

  it("contain no code that was put aside", () => {
    const code =
      /^\s*\/\/\s*((const|let|import|export|await|throw|return|if|for) .*[;{]|\}.*|[\w.]+\(.*\);)$/;
    assertNone(linesThat(sources, code), "delete it; git remembers");
  });
});

describe("dependencies", () => {
  it("have exact versions", () => {
    const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
    assertNone(
      manifests.flatMap((file) =>
        Object.entries(dependenciesOf(file))
          .filter(([, version]) => !exact.test(version))
          .map(([name, version]) => `${file}: ${name} ${version}`),
      ),
      "npm on Node 20 otherwise picks older versions: npm install --save-exact",
    );
  });

  it("come from whatever registry the user has", () => {
    assertNone(
      linesThat(["package-lock.json"], /"resolved": "[a-z+]+:/),
      "install with omit-lockfile-registry-resolved, as .npmrc says",
    );
  });

  it("have each their line in docs/decisions/0002-dependencies.md", () => {
    const named = readProjectFile("docs/decisions/0002-dependencies.md").matchAll(
      /^\| `([^`]+)` +\|/gm,
    );
    const used = manifests.flatMap((file) => Object.keys(dependenciesOf(file)));
    const foreign = used.filter((name) => !name.startsWith("@chatelaine/"));
    assert.deepEqual([...named].map(([, name]) => name).sort(), [...new Set(foreign)].sort());
  });
});

describe("scripts", () => {
  const commands = Object.values(scriptsOf("package.json"));

  it("run one command under the Node they were written for", () => {
    const isOne = /^node tools\/bootstrap\.mjs [\w ./-]+$/;
    assertNone(
      commands.filter((command) => !isOne.test(command)),
      "begin with tools/bootstrap.mjs, and put what follows into a file",
    );
  });

  it("name files that exist", () => {
    const named = commands.flatMap((command) => command.match(/[\w./-]+\.(ts|mjs)\b/g) ?? []);
    assertNone(
      named.filter((file) => !files.includes(file)),
      "correct the script, or write the file",
    );
  });
});

describe("packages", () => {
  for (const name of packages) {
    it(`has something in ${name}`, () => {
      const code = sources.filter((file) => file.startsWith(`packages/${name}/src/`));
      assert.ok(
        code.some((file) => !file.endsWith(".test.ts")),
        "an empty package is a promise; delete it",
      );
      assert.ok(
        files.includes(`packages/${name}/tsconfig.json`),
        "its types are checked by themselves",
      );
    });
  }
});

describe("documents", () => {
  it("have a page for each error, and no other", () => {
    const documented = files.flatMap((file) => /^docs\/errors\/(.+)\.md$/.exec(file)?.[1] ?? []);
    const codes = documented.filter((name) => name !== "README");
    assert.deepEqual(codes.sort(), Object.keys(ERRORS).sort());
  });

  it("list each event in docs/events.md, and no other", () => {
    const listed = readProjectFile("docs/events.md").matchAll(/^\| `([^`]+)` +\|/gm);
    assert.deepEqual([...listed].map(([, code]) => code).sort(), Object.keys(EVENTS).sort());
  });

  it("number the decisions without a gap", () => {
    const numbers = files.flatMap(
      (file) => /^docs\/decisions\/(\d{4})-.+\.md$/.exec(file)?.[1] ?? [],
    );
    assert.deepEqual(
      numbers.map(Number),
      numbers.map((_, index) => index + 1),
    );
  });

  it("link to what exists", () => {
    assertNone(pages.flatMap(brokenLinks), "correct the link, or write the page");
  });

  it("name no place of the machine they were written on", () => {
    const home = os.homedir();
    const own = [ROOT, home].filter((place) => place.split("/").length > 2);
    const someones = /(?<![\w.])\/(home|Users)\/[a-z]\w*\//;
    assertNone(
      texts.filter((file) => {
        const text = readProjectFile(file);
        return someones.test(text) || own.some((place) => text.includes(place));
      }),
      "write a path relative to the project",
    );
  });
});

function linesThat(places: readonly string[], match: RegExp): readonly string[] {
  return places.flatMap((file) =>
    readProjectFile(file)
      .split("\n")
      .flatMap((line, index) => (match.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

function brokenLinks(page: string): readonly string[] {
  const links = readProjectFile(page).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g);
  return [...links]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !fs.existsSync(path.join(ROOT, path.dirname(page), target)))
    .map((target) => `${page}: ${target}`);
}

function dependenciesOf(manifest: string): Readonly<Record<string, string>> {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  const content = parseManifest(manifest);
  return Object.assign({}, ...kinds.map((kind) => content[kind] ?? {})) as Record<string, string>;
}

function scriptsOf(manifest: string): Readonly<Record<string, string>> {
  return parseManifest(manifest)["scripts"] ?? {};
}

function parseManifest(file: string): Readonly<Record<string, Record<string, string> | undefined>> {
  return JSON.parse(readProjectFile(file)) as Record<string, Record<string, string> | undefined>;
}
