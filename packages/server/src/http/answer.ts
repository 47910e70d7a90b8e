import type { FastifyReply } from "fastify";
import { PARTS_MEDIA_TYPE, encodeParts, type RouteId, type RouteSpec } from "@chatelaine/protocol";
import type { RouteAnswer } from "./route.ts";

/** Sends what a handler answered, in the form that the route table promises. */
export function sendAnswer(
  reply: FastifyReply,
  spec: RouteSpec,
  answer: RouteAnswer<RouteId>,
): FastifyReply {
  reply.status(answer.status ?? 200).header("cache-control", "no-store");
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
  return reply.send(answer.json);
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
