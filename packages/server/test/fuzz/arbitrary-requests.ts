import fc from "fast-check";
import { encodeParts, PARTS_MEDIA_TYPE } from "@chatelaine/protocol";
import type { Ask } from "../support/http-client.ts";
import { fitting, odd, spoilt } from "./arbitrary-values.ts";
import type { Operation, Parameter, Schema } from "./openapi-document.ts";

/** Who sends the request. */
export type Sender = "local administrator" | "admin" | "reader" | "bad token" | "nobody";

export interface BadRequest {
  readonly operationId: string;
  readonly sender: Sender;
  readonly ask: Ask;
}

/** What may be spoilt of a request; each time at least one. */
const SPOILT = ["path", "query", "headers", "body", "encoding", "media type", "method"] as const;
type Spoilt = (typeof SPOILT)[number];

/** A longer path may not be read, and then nobody knows that an answer to HEAD has no body. */
const READ_MAX = 4000;

/** These would end what the other requests are about. */
const ENDING = ["application.delete", "application.disable", "config.delete", "token.revoke"];

const sender: fc.Arbitrary<Sender> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Sender>("local administrator") },
  { weight: 4, arbitrary: fc.constant<Sender>("admin") },
  { weight: 2, arbitrary: fc.constant<Sender>("reader") },
  { weight: 1, arbitrary: fc.constantFrom<Sender>("bad token", "nobody") },
);

/**
 * Requests for an operation of the document with something wrong in them. `planted` is a secret
 * which is put where secrets belong: values, tokens, passphrases and bodies that do not parse.
 */
export function badRequest(operation: Operation, planted: string): fc.Arbitrary<BadRequest> {
  return fc
    .subarray([...SPOILT], { minLength: 1, maxLength: 2 })
    .chain((spoilings) => {
      const isSpoilt = (what: Spoilt): boolean => spoilings.includes(what);
      return fc
        .tuple(
          path(operation, isSpoilt("path")),
          query(operation, isSpoilt("query")),
          headers(operation, isSpoilt("headers")),
          body(operation, planted, isSpoilt),
          isSpoilt("method") ? oddMethod : fc.constant(operation.method),
        )
        .map(([filled, asked, named, sent, method]): Ask => ({
          method: method === "HEAD" && filled.length > READ_MAX ? "GET" : method,
          path: asked === "" ? filled : `${filled}?${asked}`,
          headers: { ...named, ...sent?.headers },
          ...(sent !== undefined && { body: sent.body }),
        }));
    })
    .chain((ask) =>
      sender.map((from) => ({ operationId: operation.operationId, sender: from, ask })),
    );
}

/** Not DELETE: on a path of another operation it would take away what the others are about. */
const oddMethod = fc.constantFrom("GET", "POST", "PUT", "PATCH", "OPTIONS", "HEAD", "PROPFIND");

/** Percent-encoded; also what no encoder gives. */
const oddSegment = fc.oneof(
  fc.constantFrom(
    "",
    "%",
    "%zz",
    "%00",
    "%FF",
    "%ED%A0%80",
    "..",
    "%2e%2e",
    "a%2Fb",
    "%0A",
    "*",
    "app_",
  ),
  fc
    .string({ unit: "binary", maxLength: 40 })
    .map((text) => encodeURIComponent(text.toWellFormed())),
  fc.integer({ min: 100, max: 10_000 }).map((length) => "x".repeat(length)),
);

function path({ operationId, path: template, parameters }: Operation, isSpoilt: boolean) {
  const names = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
  const known = ENDING.includes(operationId)
    ? { application: "Scratch", identifier: "scratch", tokenId: "aaaaaaaaaaaaaaaa" }
    : { application: "Own", identifier: "item", tokenId: "aaaaaaaaaaaaaaaa" };
  const values = fc.tuple(
    ...names.map((name) =>
      isSpoilt
        ? oddSegment
        : fc.constant(Object.entries(known).find(([one]) => one === name)?.[1] ?? "x"),
    ),
  );
  return values.map((segments) =>
    names.reduce(
      (filled, name, index) => filled.replace(`{${name}}`, () => segments[index] ?? ""),
      template,
    ),
  );
}

function query({ parameters }: Operation, isSpoilt: boolean): fc.Arbitrary<string> {
  const names = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  if (!isSpoilt) {
    return fc.constant("");
  }
  const pair = fc
    .tuple(fc.constantFrom(...names, "limit", "unknown", "__proto__", "a[]"), oddSegment)
    .map(([name, value]) => `${name}=${value}`);
  return fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => pairs.join("&"));
}

/** What Node lets a client send in a header. */
const oddHeader = fc.oneof(
  fc.constantFrom("", "*", '""', 'W/"x"', `"${"0".repeat(32)}"`, '"x", "y"', "null", "a b", "é"),
  fc.stringMatching(/^[ -~]{0,200}$/),
  fc.integer({ min: 120, max: 2000 }).map((length) => "k".repeat(length)),
);

const ODD_HEADERS = [
  "if-match",
  "if-none-match",
  "idempotency-key",
  "content-encoding",
  "accept",
  "x-other",
];

function headers(
  { parameters }: Operation,
  isSpoilt: boolean,
): fc.Arbitrary<Readonly<Record<string, string>>> {
  if (isSpoilt) {
    const name = fc.constantFrom(...ODD_HEADERS);
    return fc.dictionary(name, oddHeader, { minKeys: 1, noNullPrototype: true });
  }
  const known = parameters.filter((parameter) => parameter.in === "header");
  return fc
    .subarray(known)
    .chain((some) => fc.tuple(...some.map(goodHeader)))
    .map((pairs) => Object.fromEntries(pairs));
}

function goodHeader({ name, schema }: Parameter): fc.Arbitrary<readonly [string, string]> {
  const isSendable = (value: unknown): boolean => /^[\t -~]*$/.test(String(value));
  return fitting(schema)
    .filter(isSendable)
    .map((value) => [name.toLowerCase(), String(value)] as const);
}

interface SentBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

function body(
  operation: Operation,
  planted: string,
  isSpoilt: (what: Spoilt) => boolean,
): fc.Arbitrary<SentBody | undefined> {
  const [content] = Object.entries(operation.requestBody?.content ?? {});
  const json = content?.[1]["x-parts"]?.json ?? content?.[1].schema;
  if (content === undefined || json === undefined) {
    return isSpoilt("body")
      ? fc.constantFrom("{}", "[1]", planted, "null").map((text) => asJson(text))
      : fc.constant(undefined);
  }
  const [mediaType] = content;
  const partsCount = content[1]["x-parts"]?.description.split(",").length ?? 0;
  const value = isSpoilt("body") ? spoilt(json, oddOf(json, planted)) : planting(json, planted);
  const sent = value.chain((one) => text(one, planted, isSpoilt("encoding")));
  return sent
    .map((one) =>
      mediaType === PARTS_MEDIA_TYPE ? asParts(one, operation, planted, partsCount) : asJson(one),
    )
    .chain((one) => (isSpoilt("media type") ? otherMediaType(one) : fc.constant(one)));
}

/** An odd value; among values of items also the secret, where it does not belong. */
function oddOf(schema: Schema, planted: string): fc.Arbitrary<unknown> {
  const misplaced = fc.constantFrom<unknown>([planted], { password: [planted] });
  return isOfValues(schema) ? fc.oneof(odd, misplaced) : odd;
}

function isOfValues({ properties = {} }: Schema): boolean {
  return "properties" in properties;
}

/** A body of `config.set` carries the secret as the value of a masked field. */
function planting(schema: Schema, planted: string): fc.Arbitrary<unknown> {
  return isOfValues(schema) ? fc.constant({ properties: { password: planted } }) : fitting(schema);
}

function text(value: unknown, planted: string, isSpoilt: boolean): fc.Arbitrary<string> {
  const json = JSON.stringify(value);
  return isSpoilt
    ? fc.constantFrom(
        json.slice(0, -1),
        `${json}x`,
        `{"properties":{"password":"${planted}`,
        `{"a":${planted}}`,
        "",
        "\ufeff{}",
        '{"__proto__":{"a":1}}',
        `${"[".repeat(5000)}${"]".repeat(5000)}`,
        `{"properties":{"password":"${planted}","password":1}}`,
      )
    : fc.constant(json);
}

function asJson(json: string): SentBody {
  return { headers: { "content-type": "application/json" }, body: json };
}

/** Too short a passphrase for a backup to be made, which would take a second. */
function asParts(
  json: string,
  { operationId }: Operation,
  planted: string,
  partsCount: number,
): SentBody {
  const parameters = [planted.slice(0, 6), planted];
  const isOfSecret = operationId.startsWith("secret.");
  const secrets = isOfSecret
    ? parameters.slice(0, partsCount - 1)
    : parameters.slice(1 - partsCount);
  const parts = [json, ...secrets].map((part) => Buffer.from(part));
  return { headers: { "content-type": PARTS_MEDIA_TYPE }, body: encodeParts(parts) };
}

function otherMediaType(sent: SentBody): fc.Arbitrary<SentBody> {
  return fc
    .constantFrom(
      "text/plain",
      "application/xml",
      "application/json; charset=latin1",
      "x",
      "",
      PARTS_MEDIA_TYPE,
    )
    .map((type) => ({ ...sent, headers: { "content-type": type } }));
}
