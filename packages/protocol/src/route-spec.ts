import type { ErrorCode } from "./errors.ts";
import type { JsonSchema, ObjectSchema } from "./json-schema.ts";

/** What a caller needs to call a route; `docs/permissions.md` says who has what. */
export const PERMISSIONS = [
  "anyone", // says nothing about the system but that it lives
  "local-administrator", // the Unix socket in the state directory
  "application.read",
  "application.manage",
  "config.read",
  "config.reveal",
  "config.write",
  "token.manage",
  "audit.read",
  "event.read",
  "status.read",
  "cache.manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** How a body travels: JSON, or length-prefixed parts of which the first is JSON. */
export interface Body {
  readonly json: JsonSchema;
  /** Names of the binary parts behind the JSON one. */
  readonly parts?: readonly string[];
}

export interface RouteSpec {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters as `:name`. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly params?: ObjectSchema;
  readonly query?: ObjectSchema;
  /** Whether `If-Match` (and for `create` also `If-None-Match: *`) may state a condition. */
  readonly condition?: "match" | "match-or-create";
  /** Whether it changes something, and so takes an `Idempotency-Key`. */
  readonly isWrite?: true;
  readonly request?: Body;
  /** The longest request body, in bytes; undefined: that of its media type. */
  readonly bodyBytesMax?: number;
  readonly response?: Body;
  /** Instead of `response`: the media type of a text. */
  readonly text?: string;
  /** Instead of `response`: the media type of a text that goes on until one side ends it. */
  readonly stream?: "text/event-stream";
  /** Beyond those that any route may answer. */
  readonly errors: readonly ErrorCode[];
}
