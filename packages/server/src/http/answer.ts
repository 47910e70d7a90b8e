import type { FastifyReply } from "fastify";
import { PARTS_MEDIA_TYPE, encodeParts, type RouteId, type RouteSpec } from "@chatelaine/protocol";
import { readableOf } from "./readable.ts";
import type { OpenStream, RouteAnswer } from "./route.ts";

/** Sends what a handler answered, in the form that the route table promises. */
export function sendAnswer(
  reply: FastifyReply,
  spec: RouteSpec,
  answer: RouteAnswer<RouteId>,
): FastifyReply {
  reply.status(answer.status ?? 200).header("cache-control", "no-store");
  if (spec.stream !== undefined) {
    const stream: unknown = answer.json;
    // The handlers' type says that such a route answers with one.
    return reply.type(spec.stream).send(readableOf(stream as OpenStream));
  }
  if (spec.text !== undefined) {
    return reply.type(spec.text).send(answer.json);
  }
  if (spec.response?.parts !== undefined) {
    const json = new TextEncoder().encode(JSON.stringify(answer.json));
    const body = encodeParts([json, ...(answer.parts ?? [])]);
    return reply.type(PARTS_MEDIA_TYPE).send(Buffer.from(body.buffer));
  }
  const revision = revisionOf(answer.json);
  if (revision !== undefined) {
    reply.header("etag", `"${revision}"`);
  }
  const age = ageOf(answer.json);
  if (age !== undefined) {
    reply.header("age", String(age)); // RFC 9111, 5.1
  }
  return reply.send(answer.json);
}

/** In seconds, of what is answered from what the node has kept; of several, of the oldest. */
function ageOf(json: unknown): number | undefined {
  if (typeof json !== "object" || json === null) {
    return undefined;
  }
  if ("items" in json && Array.isArray(json.items)) {
    const ages = json.items.map(ageOf).filter((age) => age !== undefined);
    return ages.length === 0 ? undefined : Math.max(...ages);
  }
  return "ageSeconds" in json && typeof json.ageSeconds === "number" ? json.ageSeconds : undefined;
}

/** Whatever has a revision is sent with it as its entity tag (RFC 9110, 8.8.3). */
function revisionOf(json: unknown): string | undefined {
  return typeof json === "object" &&
    json !== null &&
    "revision" in json &&
    typeof json.revision === "string"
    ? json.revision
    : undefined;
}
