/**
 * `node tools/docs.ts`: writes the pages that follow from tables in the code.
 * `tools/docs.test.ts` holds them equal.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { format } from "prettier";
import { SETTINGS } from "../packages/server/src/app/config.ts";
import { readProjectFile, ROOT } from "./project-files.ts";

export const CONFIGURATION_PAGE = "docs/configuration.md";

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

/** The page of all settings, formatted as the project's other pages. */
export async function configurationPage(): Promise<string> {
  const rows = Object.entries(SETTINGS).map(
    ([name, { fallback, meaning }]) => `| \`${name}\` | \`${fallback}\` | ${meaning} |`,
  );
  const table = ["| setting | default | meaning |", "| - | - | - |", ...rows].join("\n");
  return formatted(CONFIGURATION_PAGE, `${CONFIGURATION_INTRODUCTION}\n${table}\n`);
}

function formatted(page: string, text: string): Promise<string> {
  const options = JSON.parse(readProjectFile(".prettierrc.json")) as Record<string, unknown>;
  return format(text, { ...options, filepath: page });
}

if (import.meta.main) {
  fs.writeFileSync(path.join(ROOT, CONFIGURATION_PAGE), await configurationPage());
}
