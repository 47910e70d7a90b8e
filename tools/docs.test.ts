/** Holds pages equal to the tables in the code that they tell of. */
import assert from "node:assert/strict";
import * as path from "node:path";
import { describe, it } from "node:test";
import { ERRORS, EVENTS, type ErrorSpec, type EventSpec } from "@chatelaine/protocol";
import { CONFIGURATION_PAGE, configurationPage } from "./docs.ts";
import { projectFiles, readProjectFile } from "./project-files.ts";

const EXPLAINED = ["what happened", "how to fix it"];

describe("docs/configuration.md", () => {
  it("is what the settings of the server say", async () => {
    assert.equal(
      readProjectFile(CONFIGURATION_PAGE),
      await configurationPage(),
      "write it again: node tools/bootstrap.mjs tools/docs.ts",
    );
  });
});

describe("docs/events.md", () => {
  it("gives each event its severity, meaning and Enterprise SSO id", () => {
    const specs: readonly (readonly [string, EventSpec])[] = Object.entries(EVENTS);
    assert.deepEqual(
      tableRows("docs/events.md").map((cells) => cells.slice(0, 4)),
      specs.map(([code, { severity, meaning, entssoId }]) => [
        `\`${code}\``,
        severity,
        meaning,
        entssoId === undefined ? "" : String(entssoId),
      ]),
    );
  });

  it("says for each event what to do", () => {
    const silent = tableRows("docs/events.md").filter((cells) => (cells[4] ?? "") === "");
    assert.deepEqual(silent, []);
  });
});

describe("docs/errors", () => {
  for (const [code, spec] of Object.entries<ErrorSpec>(ERRORS)) {
    it(`gives ${code} its title, status and remedy`, () => {
      const [heading, , summary] = readProjectFile(`docs/errors/${code}.md`).split("\n");
      assert.deepEqual(
        [heading, summary],
        [
          `# ${code}`,
          `${spec.title}. HTTP ${spec.status}, remedy [\`${spec.remedy}\`](README.md#remedies).`,
        ],
      );
    });

    it(`explains ${code}`, () => {
      const headings = readProjectFile(`docs/errors/${code}.md`).matchAll(/^## (.+)$/gm);
      const found = [...headings].map(([, name]) => name?.toLowerCase());
      assert.deepEqual(found.slice(0, EXPLAINED.length), EXPLAINED);
    });
  }

  it("lists each code in README.md once, under its remedy", () => {
    const listed = readProjectFile("docs/errors/README.md").matchAll(/^`([a-z-]+)`: (.+)$/gm);
    const pairs = [...listed].flatMap(([, remedy, links = ""]) =>
      [...links.matchAll(/\[([a-z-]+)\]/g)].map(([, code]) => `${String(code)} ${String(remedy)}`),
    );
    const expected = Object.entries(ERRORS).map(([code, { remedy }]) => `${code} ${remedy}`);
    assert.deepEqual(pairs.sort(), expected.sort());
  });
});

describe("numbered promises", () => {
  it("are cited in the code as docs/architecture.md numbers them", () => {
    const promised = readProjectFile("docs/architecture.md").matchAll(/^- \*\*(P\d+)\b/gm);
    const known = new Set([...promised].map(([, promise]) => promise));
    const cited = projectFiles()
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readProjectFile(file).matchAll(/\((P\d{1,2})\)|\b(P\d{1,2}):/g)])
      .map(([, inParentheses, withColon]) => inParentheses ?? withColon);
    const unknown = [...new Set(cited)].filter((promise) => !known.has(promise));
    assert.deepEqual(unknown, [], "number it in docs/architecture.md, or correct the comment");
  });
});

describe("links between pages", () => {
  it("lead to headings that exist", () => {
    const pages = projectFiles().filter((file) => file.endsWith(".md"));
    assert.deepEqual(pages.flatMap(brokenAnchors), []);
  });
});

function brokenAnchors(page: string): readonly string[] {
  const links = readProjectFile(page).matchAll(/\]\(([^)#\s:]*)#([^)]+)\)/g);
  return [...links].flatMap(([, target = "", anchor = ""]) => {
    const file = target === "" ? page : path.posix.join(path.posix.dirname(page), target);
    return headingAnchors(file).includes(anchor) ? [] : [`${page}: ${target}#${anchor}`];
  });
}

/** Anchors as code hosts make them: lower case, no punctuation, hyphens for spaces. */
function headingAnchors(file: string): readonly string[] {
  const headings = readProjectFile(file).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The cells of each row of the page's table, trimmed, without its head. */
function tableRows(page: string): readonly (readonly string[])[] {
  return readProjectFile(page)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}
