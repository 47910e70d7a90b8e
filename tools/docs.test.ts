/** Holds pages equal to the tables in the code that they tell of. */
import assert from "node:assert/strict";
import * as path from "node:path";
import { describe, it } from "node:test";
import {
  BINDING_FILE_BYTES_MAX,
  SECRET_PROPERTY_NAMES,
  TRANSPORT_DATA_UNITS_MAX,
} from "@chatelaine/biztalk";
import {
  BINDINGS_ITEMS_MAX,
  ERRORS,
  EVENTS,
  FIELDS_MAX,
  ROUTES,
  VALUE_LENGTH_MAX,
  type ErrorSpec,
  type EventSpec,
  type RouteSpec,
} from "@chatelaine/protocol";
import {
  defaultFlags,
  flagsProblem,
  type Flags,
} from "../packages/server/src/domain/application/application-flags.ts";
import { APPLICATION_TYPES } from "../packages/server/src/domain/application/application.ts";
import { AUDIT_ACTIONS } from "../packages/server/src/domain/audit/audit-action.ts";
import { GENERATED_PAGES, generatedPage } from "./docs.ts";
import { projectFiles, readProjectFile } from "./project-files.ts";

const EXPLAINED = ["what happened", "how to fix it"];

describe("generated pages", () => {
  for (const page of GENERATED_PAGES) {
    it(`${page} is what the code says`, async () => {
      assert.equal(
        readProjectFile(page),
        await generatedPage(page),
        "write it again: node tools/bootstrap.mjs tools/docs.ts",
      );
    });
  }
});

describe("docs/permissions.md", () => {
  it("has each route with its permission, and no other", () => {
    const listed = tableRows("docs/permissions.md").map(([route, permission]) => [
      route,
      permission,
    ]);
    const routes = Object.entries<RouteSpec>(ROUTES).map(([id, { permission }]) => [
      `\`${id}\``,
      `\`${permission}\``,
    ]);
    assert.deepEqual(listed.sort(), routes.sort());
  });
});

describe("docs/audit.md", () => {
  it("says of each action when it is recorded", () => {
    const listed = tableRows("docs/audit.md", "## Actions");
    assert.deepEqual(
      listed.map(([action]) => action),
      AUDIT_ACTIONS.map((action) => `\`${action}\``),
    );
    assert.deepEqual(
      listed.filter(([, when = ""]) => when === ""),
      [],
    );
  });
});

describe("docs/applications-and-items.md", () => {
  const rows = tableRows("docs/applications-and-items.md", "## Flags");

  it("has each flag", () => {
    assert.deepEqual(
      rows.map(([flag]) => flag),
      Object.keys(defaultFlags("individual")).map((flag) => `\`${flag}\``),
    );
  });

  it("says what each type of application makes of a flag", () => {
    for (const [name = "", ...cells] of rows) {
      const flag = name.replaceAll("`", "") as keyof Flags;
      const expected = APPLICATION_TYPES.map((type) => {
        const flags = defaultFlags(type);
        const isRefused = flagsProblem(type, { ...flags, [flag]: true }) !== undefined;
        return isRefused ? "refused" : flags[flag] ? "on" : "off";
      });
      assert.deepEqual(cells.slice(0, APPLICATION_TYPES.length), expected, flag);
    }
  });
});

describe("docs/import-and-export.md", () => {
  const page = readProjectFile("docs/import-and-export.md");

  it("lists the names that are secret", () => {
    const [, list = ""] = /^#### Names that are secret\n\n(.+)$/m.exec(page) ?? [];
    const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    assert.deepEqual(listed, SECRET_PROPERTY_NAMES);
  });

  it("says how much is taken", () => {
    const mebi = 1024 * 1024;
    const [, limits = ""] = /^### Limits\n\n(.+)$/m.exec(page) ?? [];
    const expected = [
      `${String(BINDING_FILE_BYTES_MAX / mebi)} MiB`,
      `${String(BINDINGS_ITEMS_MAX / 1000)} 000 transports`,
      `${String(TRANSPORT_DATA_UNITS_MAX / mebi)} Mi characters`,
      `${String(FIELDS_MAX)} fields`,
      `${String(VALUE_LENGTH_MAX / 1024)} Ki characters`,
    ];
    assert.deepEqual(
      expected.filter((limit) => !limits.includes(limit)),
      [],
    );
  });
});

describe("docs/formats", () => {
  it("has each page in its README.md", () => {
    const listed = tableRows("docs/formats/README.md", "# Formats", "| [");
    const names = projectFiles().flatMap(
      (file) => /^docs\/formats\/([a-z-]+)\.md$/.exec(file)?.[1] ?? [],
    );
    assert.deepEqual(
      listed.map(([link]) => link).sort(),
      names.map((name) => `[${name}](${name}.md)`).sort(),
    );
  });

  it("says for each stamped table what is under its stamp", () => {
    const stamped = projectFiles()
      .filter((file) => file.startsWith("packages/server/src/domain/"))
      .flatMap((file) => [
        ...readProjectFile(file).matchAll(/function \w+StampColumns\(.*?table: "([a-z_]+)"/gs),
      ])
      .map(([, table]) => `\`${String(table)}\``);
    assert.deepEqual(
      tableRows("docs/formats/stamp.md")
        .map(([table]) => table)
        .sort(),
      stamped.sort(),
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

describe("pages", () => {
  it("are each linked from another one", () => {
    const pages = projectFiles().filter((file) => /^docs\/.+\.md$/.test(file));
    const linked = new Set(pages.concat("README.md").flatMap(linksOf));
    assert.deepEqual(
      pages.filter((page) => !linked.has(page)),
      [],
      "nobody finds it: link it where its reader comes from",
    );
  });
});

describe("links between pages", () => {
  it("lead to headings that exist", () => {
    const pages = projectFiles().filter((file) => file.endsWith(".md"));
    assert.deepEqual(pages.flatMap(brokenAnchors), []);
  });
});

/** The files to which a page links, other than itself. A folder stands for its README.md. */
function linksOf(page: string): readonly string[] {
  const links = readProjectFile(page).matchAll(/\]\(([^)#\s:]+)(#[^)]*)?\)/g);
  return [...links]
    .map(([, target = ""]) => path.posix.join(path.posix.dirname(page), target))
    .map((file) => (file.endsWith("/") ? `${file}README.md` : file))
    .filter((file) => file !== page);
}

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

/**
 * The cells of each row of the page's table, trimmed, without its head: of the table below a
 * heading if one is given. Rows are known by how they begin.
 */
function tableRows(page: string, heading?: string, start = "| `"): readonly (readonly string[])[] {
  const lines = readProjectFile(page).split("\n");
  const from = heading === undefined ? 0 : lines.indexOf(heading) + 1;
  const end = heading === undefined ? -1 : lines.findIndex(isHeadingBehind(from));
  return lines
    .slice(from, end < 0 ? undefined : end)
    .filter((line) => line.startsWith(start))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

function isHeadingBehind(from: number): (line: string, index: number) => boolean {
  return (line, index) => index >= from && line.startsWith("## ");
}
