/**
 * Plants a violation of each layer rule, capability gate and house rule and sees it refused: a rule
 * that refuses nothing, because of a slip in a pattern or a newer tool, looks like a rule kept.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { ESLint } from "eslint";
import { findLayerViolations, type LayerViolation } from "./layers.ts";
import { HOUSE_RULES } from "./lint/house-rules.ts";
import { LAYER_RULES } from "./lint/layer-rules.ts";
import {
  HOUSE_VIOLATIONS,
  LAYER_VIOLATIONS,
  SOUND_FILES,
  STUB_PACKAGES,
  TYPED_VIOLATIONS,
  type Files,
} from "./lint/planted-violations.ts";
import { ROOT } from "./project-files.ts";
import { ToolError } from "./tool-error.ts";

describe("layers and gates", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-gates-"));
  const files: Files = Object.fromEntries(
    [SOUND_FILES, ...Object.values(LAYER_VIOLATIONS)].flatMap((some) => Object.entries(some)),
  );
  let violations: readonly LayerViolation[] = [];

  before(async () => {
    plant(directory, files);
    violations = await findLayerViolations(directory, Object.keys(files).length);
  });
  after(() => {
    fs.rmSync(directory, { recursive: true });
  });

  for (const { name } of LAYER_RULES) {
    it(`refuses what ${name} names`, () => {
      const planted = Object.keys(LAYER_VIOLATIONS[name] ?? {});
      assert.notDeepEqual(planted, [], `plant a violation of ${name} in planted-violations.ts`);
      const found = violations.filter(({ rule, from }) => rule === name && isBelow(planted, from));
      assert.notDeepEqual(found, []);
    });
  }

  it("says for each refusal what to do instead", () => {
    assert.deepEqual(
      violations.filter(({ instead }) => instead === ""),
      [],
    );
  });

  it("lets sound imports pass", () => {
    const sound = Object.keys(SOUND_FILES);
    assert.deepEqual(
      violations.filter(({ from }) => sound.includes(from)),
      [],
    );
  });

  it("plants nothing for a rule that is gone", () => {
    const names = LAYER_RULES.map(({ name }) => name);
    assert.deepEqual(Object.keys(LAYER_VIOLATIONS).sort(), names.sort());
  });

  it("refuses to answer when no module was read", async () => {
    fs.mkdirSync(path.join(directory, "empty/packages"), { recursive: true });
    await assert.rejects(findLayerViolations(path.join(directory, "empty"), 1), ToolError);
  });
});

describe("house rules", () => {
  const eslint = houseLinter();
  const names = [...HOUSE_RULES.map(({ name }) => name), "described-disable"];

  for (const name of names) {
    const cases = HOUSE_VIOLATIONS[name] ?? [];
    it(`has a case of ${name}`, () => {
      assert.notDeepEqual(cases, [], `plant a violation of ${name} in planted-violations.ts`);
    });
    for (const { file, code } of cases) {
      it(`refuses in ${file}, by ${name}: ${code}`, async () => {
        assert.deepEqual(await refusals(eslint, file, code), [`house/${name}`]);
      });
    }
  }

  for (const { name, allowed } of HOUSE_RULES) {
    it(`lets ${name} pass where the table allows it`, async () => {
      const code = HOUSE_VIOLATIONS[name]?.[0]?.code ?? "";
      for (const pattern of allowed) {
        const file = someFileOf(pattern);
        assert.equal((await refusals(eslint, file, code)).includes(`house/${name}`), false, file);
      }
    });
  }

  it("plants nothing for a rule that is gone", () => {
    assert.deepEqual(Object.keys(HOUSE_VIOLATIONS).sort(), names.sort());
  });
});

describe("typed rules", () => {
  // With CI set, the parser would read the files as they lie on the disk, not the planted code.
  const parserOptions = { disallowAutomaticSingleRunInference: true };
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: { languageOptions: { parserOptions } } });

  for (const [rule, code] of Object.entries(TYPED_VIOLATIONS)) {
    it(`refuses what ${rule} names`, async () => {
      // Rules that read types see only files of a project, so that the code borrows a name.
      const filePath = path.join(ROOT, "packages/protocol/src/errors.ts");
      const [result] = await eslint.lintText(code, { filePath });
      const found = result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
      assert.ok(found.includes(rule), `found only: ${found.join(", ")}`);
    });
  }
});

/** An ESLint with the project's configuration, reduced to the house rules, which read no types. */
function houseLinter(): ESLint {
  return new ESLint({
    cwd: ROOT,
    overrideConfig: { languageOptions: { parserOptions: { project: null } } },
    ruleFilter: ({ ruleId }) => ruleId.startsWith("house/"),
  });
}

/** The names of the rules that refuse the code, if it stood in this file. */
async function refusals(eslint: ESLint, file: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(ROOT, file) });
  const found = result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
  return [...new Set(found)].filter((rule) => !rule.startsWith("Unused eslint-disable"));
}

/** A file, real or not, that the glob matches. */
function someFileOf(pattern: string): string {
  return pattern
    .replaceAll(/\{([^,}]+)[^}]*\}/g, "$1")
    .replaceAll("**/", "some/")
    .replaceAll("**", "some.ts")
    .replaceAll("*", "server");
}

/** Writes the files, and beside them the packages they import. */
function plant(directory: string, files: Files): void {
  const modules = path.join(directory, "node_modules");
  for (const name of STUB_PACKAGES) {
    write(path.join(modules, name, "index.js"), "export {};");
    write(path.join(modules, name, "package.json"), JSON.stringify({ name, main: "index.js" }));
  }
  for (const [file, code] of Object.entries(files)) {
    write(path.join(directory, file), code);
  }
  fs.mkdirSync(path.join(modules, "@chatelaine"));
  for (const name of fs.readdirSync(path.join(directory, "packages"))) {
    const place = path.join(directory, "packages", name);
    write(path.join(place, "package.json"), JSON.stringify({ exports: "./src/index.ts" }));
    fs.symlinkSync(place, path.join(modules, "@chatelaine", name));
  }
}

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** A circle of folders is reported with the folder, not with a file. */
function isBelow(files: readonly string[], place: string): boolean {
  return files.some((file) => file === place || file.startsWith(`${place}/`));
}
