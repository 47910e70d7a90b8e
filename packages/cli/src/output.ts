/** A table for people: columns as wide as their widest cell, two spaces apart. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [header, ...rows.map((row) => row.map(printable))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Names and values below each other. */
export function pairs(entries: readonly (readonly [string, string])[]): readonly string[] {
  const shown = entries.map(([name, value]) => [printable(name), printable(value)] as const);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd());
}

/**
 * The text with control characters as JSON writes them: what others have stored must not move the
 * cursor, hide lines or set the title of a terminal. `--json` gives the text itself.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      : escaped;
  });
}

export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

const INSTANT = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "UTC",
  dateStyle: "short",
  timeStyle: "medium",
});

/** An instant as people write it, in UTC, to the second. */
export function instant(ms: number | undefined): string {
  return ms === undefined ? "-" : `${INSTANT.format(ms)}Z`;
}
