/**
 * `node tools/docs.ts`: writes the pages that follow from tables in the code.
 * `tools/docs.test.ts` holds them equal.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { format } from "prettier";
import { SETTINGS } from "../packages/server/src/app/config.ts";
import { permissionsText } from "./docs/permissions-page.ts";
import { routesText } from "./docs/routes-page.ts";
import { readProjectFile, ROOT } from "./project-files.ts";

const CONFIGURATION_INTRODUCTION = `# Configuration

A node reads \`config.json\` in its state directory, if there is one, and then \`--set NAME=VALUE\` of \`chatelaine start\`, which wins. It reads them once, at start. A setting that does not exist or does not hold ends the start with [configuration-invalid](errors/configuration-invalid.md), which tells all problems at once. No setting is a secret, and none has a secret as its default.

The dots in a name are levels of the file:

\`\`\`json
{ "listen": "127.0.0.1:4871", "mastership": { "ttlMs": 6000 } }
\`\`\`

The same on the command line:

\`\`\`
chatelaine start --set listen=127.0.0.1:4871 --set mastership.ttlMs=6000
\`\`\`

Where the database lies is not a setting: \`chatelaine init\` writes it into the state directory.
`;

/** The pages and what writes them. */
const WRITERS = {
  "docs/configuration.md": configurationText,
  "docs/permissions.md": permissionsText,
  "docs/routes.md": routesText,
} as const satisfies Record<string, () => string>;

export type GeneratedPage = keyof typeof WRITERS;

export const GENERATED_PAGES = Object.keys(WRITERS) as readonly GeneratedPage[];

/** What the page has to be, formatted as the project's other pages. */
export function generatedPage(page: GeneratedPage): Promise<string> {
  const options = JSON.parse(readProjectFile(".prettierrc.json")) as Record<string, unknown>;
  return format(WRITERS[page](), { ...options, filepath: page });
}

function configurationText(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, { fallback, meaning }]) =>
      `| \`${name}\` | ${fallback === "" ? "" : `\`${fallback}\``} | ${meaning} |`,
  );
  const table = ["| setting | default | meaning |", "| - | - | - |", ...rows].join("\n");
  return `${CONFIGURATION_INTRODUCTION}\n${table}\n`;
}

if (import.meta.main) {
  for (const page of GENERATED_PAGES) {
    fs.writeFileSync(path.join(ROOT, page), await generatedPage(page));
  }
}
