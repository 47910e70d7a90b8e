import type { BindingsImported } from "@chatelaine/protocol";
import type { NodeOptions } from "./command-context.ts";
import { printable } from "./output.ts";

/** Up to so many items have each its own command. */
const COMMANDS_MAX = 30;
/** Of a group of more, so many are written out. */
const EXAMPLES = 3;

interface Group {
  readonly application: string;
  readonly missing: readonly string[];
  readonly identifiers: readonly string[];
}

/**
 * The commands that give what an import could not: one for each item, which asks for all that it
 * lacks. Where there are many, those of one application that lack the same share a paragraph.
 */
export function missingLines(
  { items, missingSecrets }: BindingsImported,
  options: NodeOptions,
): readonly string[] {
  const lacking = items.filter(({ missing }) => missing.length > 0);
  if (lacking.length === 0) {
    return [];
  }
  const what =
    missingSecrets === 1
      ? "1 secret is neither in the file nor here; this asks for it:"
      : `${String(missingSecrets)} secrets are neither in the file nor here; these ask for them:`;
  const head = ["", what, ""];
  if (lacking.length <= COMMANDS_MAX) {
    return [
      ...head,
      ...lacking.map((each) => command(each.application, each.identifier, each.missing, options)),
    ];
  }
  return [...head, ...grouped(lacking).flatMap((group) => groupLines(group, options))];
}

function grouped(items: BindingsImported["items"]): readonly Group[] {
  const byKind = Map.groupBy(items, ({ application, missing }) =>
    JSON.stringify([application, missing]),
  );
  return [...byKind.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined
      ? []
      : [{ ...first, identifiers: members.map(({ identifier }) => identifier) }];
  });
}

function groupLines(
  { application, missing, identifiers }: Group,
  options: NodeOptions,
): readonly string[] {
  const shown = identifiers.length <= EXAMPLES ? identifiers : identifiers.slice(0, EXAMPLES);
  const rest = identifiers.length - shown.length;
  return [
    ...shown.map((identifier) => command(application, identifier, missing, options)),
    ...(rest > 0
      ? [`    … and the same for ${String(rest)} more items of ${printable(application)}`]
      : []),
  ];
}

function command(
  application: string,
  identifier: string,
  missing: readonly string[],
  { server, tokenFile, stateDir }: NodeOptions,
): string {
  const words = [
    ...["chatelaine", "config", "set", application, identifier],
    ...missing.flatMap((name) => ["--secret", name]),
    ...(server === undefined ? [] : ["--server", server]),
    ...(tokenFile === undefined ? [] : ["--token-file", tokenFile]),
    ...(stateDir === undefined ? [] : ["--state-dir", stateDir]),
  ];
  return `    ${words.map(quoted).join(" ")}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  const shown = printable(word);
  return /^[\w./:@%+,=-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
