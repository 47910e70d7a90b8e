import type { JsonSchema } from "./json-schema.ts";

/** Parts that several schemas share. */

export const TEXT_MAX = 512;
export const PAGE_MAX = 200;

/** One line of whole characters: no controls, no line ends, no half of a surrogate pair. */
export const LINE_PATTERN = "^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]+$";

export const text = { type: "string", maxLength: TEXT_MAX } as const satisfies JsonSchema;

export const instantMs = {
  type: "integer",
  minimum: 0,
  description: "Wall time, milliseconds since 1970-01-01T00:00:00Z",
} as const satisfies JsonSchema;

export const etag = {
  type: "string",
  minLength: 32,
  maxLength: 32,
  pattern: "^[0-9a-f]{32}$",
  description: "Changes with every write; also the ETag, in quotes",
} as const satisfies JsonSchema;

/** A page of a list: `next` is what to send as `after`, absent on the last page. */
export function page<Item extends JsonSchema>(items: Item) {
  return {
    type: "object",
    additionalProperties: false,
    required: ["items"],
    properties: {
      items: { type: "array", maxItems: PAGE_MAX, items },
      next: { type: "string", maxLength: 4096 },
    },
  } as const;
}

export const LIMIT = {
  type: "string",
  maxLength: 3,
  pattern: "^([1-9]|[1-9]\\d|1\\d\\d|200)$",
  description: "How many at most: 1 to 200, 100 unless given",
} as const satisfies JsonSchema;

export const AFTER = {
  type: "string",
  maxLength: 4096,
  pattern: LINE_PATTERN,
  description: "`next` of the page before",
} as const satisfies JsonSchema;
