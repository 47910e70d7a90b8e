/** Writing character data so that every parser reads it back as it was (XML 1.0, section 2.4). */

/** A carriage return must be a reference: as it stands it would be read as a line feed (2.11). */
const IN_CONTENT: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#xD;",
};

/** White space too, which attributes otherwise turn into spaces (3.3.3). */
const IN_ATTRIBUTE: Readonly<Record<string, string>> = {
  ...IN_CONTENT,
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#x9;",
  "\n": "&#xA;",
};

/** `times` times escaped: once for each document that the value lies in. */
export function escapeContent(value: string, times: number): string {
  let escaped = value;
  for (let level = 0; level < times; level += 1) {
    escaped = escaped.replace(/[&<>\r]/g, (character) => IN_CONTENT[character] ?? character);
  }
  return escaped;
}

/** For a value between quotation marks of either kind. */
export function escapeAttribute(value: string): string {
  return value.replace(/[&<>"'\t\n\r]/g, (character) => IN_ATTRIBUTE[character] ?? character);
}

/** Whether XML can carry the text at all: it has no control characters but three (2.2). */
export function isXmlText(value: string): boolean {
  return /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(value);
}
