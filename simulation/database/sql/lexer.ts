import { SqlError } from "../sql-error.ts";

export type Token =
  | { readonly kind: "word"; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "parameter"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string }
  | { readonly kind: "end"; readonly text: "" };

const PATTERN = new RegExp(
  [
    /(?<space>\s+|--[^\n]*)/,
    /"(?<quoted>[^"]+)"/,
    /(?<word>[A-Za-z_][A-Za-z0-9_]*)/,
    /'(?<text>(?:[^']|'')*)'/,
    /(?<number>[0-9]+)/,
    /\$(?<parameter>[0-9]+)/,
    /(?<sign>->>|!=|<>|<=|>=|\|\||[(),;.*=<>+%/-])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "y",
);

/** The tokens of a text of SQL; unquoted words in lower case. Throws a syntax error (42601). */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < sql.length) {
    PATTERN.lastIndex = position;
    const groups = PATTERN.exec(sql)?.groups;
    if (groups === undefined) {
      throw new SqlError("42601", `syntax error at "${sql.slice(position, position + 20)}"`);
    }
    position = PATTERN.lastIndex;
    const token = tokenOf(groups);
    if (token !== undefined) {
      tokens.push(token);
    }
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token | undefined {
  const { quoted, word, text, number, parameter, sign } = groups;
  if (quoted !== undefined) {
    return { kind: "word", text: quoted, isQuoted: true };
  }
  if (word !== undefined) {
    return { kind: "word", text: word.toLowerCase(), isQuoted: false };
  }
  if (text !== undefined) {
    return { kind: "text", text: text.replaceAll("''", "'") };
  }
  if (number !== undefined) {
    return { kind: "number", text: number };
  }
  if (parameter !== undefined) {
    return { kind: "parameter", text: parameter };
  }
  return sign === undefined ? undefined : { kind: "sign", text: sign };
}
