import type { FastifyRequest } from "fastify";
import { encodeFields, fromHex, sha256, text } from "@chatelaine/crypto";
import type { RouteId, RouteSpec } from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import type { Precondition } from "../domain/config-item/write-items.ts";
import type { Repeatable } from "../domain/idempotency/once.ts";

const ENTITY_TAG = /^"([0-9a-f]{32})"$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
const BEARER = /^bearer ([A-Za-z0-9_-]{1,128})$/i;

/**
 * What must be there for the write to happen (RFC 9110, 13.1). Throws `precondition-unreadable`:
 * a condition that is not understood must not be taken for none.
 */
export function parsePrecondition(request: FastifyRequest, spec: RouteSpec): Precondition {
  const match = request.headers["if-match"];
  const noneMatch = request.headers["if-none-match"];
  if (match === undefined && noneMatch === undefined) {
    return { kind: "none" };
  }
  const revision = ENTITY_TAG.exec(match ?? "")?.[1];
  if (revision !== undefined && noneMatch === undefined && spec.condition !== undefined) {
    return { kind: "revision", revision: fromHex(revision) };
  }
  if (match === undefined && noneMatch === "*" && spec.condition === "match-or-create") {
    return { kind: "absent" };
  }
  throw new CodedError("precondition-unreadable", {
    detail:
      spec.condition === undefined
        ? "this route takes neither If-Match nor If-None-Match"
        : 'send If-Match: "REVISION" as an ETag gave it' +
          (spec.condition === "match-or-create" ? ", or If-None-Match: *" : ""),
  });
}

/** Throws `request-invalid` for a key that is none, or on a route that changes nothing. */
export function parseRepeatable(
  request: FastifyRequest,
  id: RouteId,
  spec: RouteSpec,
): Repeatable | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) {
    return undefined;
  }
  if (typeof key !== "string" || !IDEMPOTENCY_KEY.test(key) || spec.isWrite !== true) {
    throw new CodedError("request-invalid", {
      detail: "Idempotency-Key: 1 to 128 printable characters, on routes that change something",
    });
  }
  const { "if-match": match = "", "if-none-match": noneMatch = "" } = request.headers;
  const asked = [id, request.url, match, noneMatch].map(text);
  return { key, request: encodeFields(...asked, bodyOf(request.body)) };
}

/** Of a body with parts its digest: it may be a file of many megabytes. */
function bodyOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) {
    return sha256(body);
  }
  return text(body === undefined ? "" : JSON.stringify(body));
}

const EVENT_ID = /^[\x21-\x7e]{1,64}$/;

/** Where a reader of a stream goes on that lost its connection (WHATWG HTML, 9.2.4). */
export function lastEventId(request: FastifyRequest): string | undefined {
  const id = request.headers["last-event-id"];
  return typeof id === "string" && EVENT_ID.test(id) ? id : undefined;
}

/** The API token of the request; undefined without an Authorization header, "" for a bad one. */
export function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : (BEARER.exec(authorization)?.[1] ?? "");
}
