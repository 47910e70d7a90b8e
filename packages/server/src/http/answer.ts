import type { FastifyReply } from "fastify";
import { PARTS_MEDIA_TYPE, encodeParts, type RouteId, type RouteSpec } from "@chatelaine/protocol";
import type { RouteAnswer } from "./route.ts";

const METRICS_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Sends what a handler answered, in the form that the route table promises. */
export function sendAnswer(
  reply: FastifyReply,
  spec: RouteSpec,
  answer: RouteAnswer<RouteId>,
): FastifyReply {
  reply.status(answer.status ?? 200).header("cache-control", "no-store");
  if (spec.response?.parts !== undefined) {
    const json = new TextEncoder().encode(JSON.stringify(answer.json));
    const body = encodeParts([json, ...(answer.parts ?? [])]);
    return reply.type(PARTS_MEDIA_TYPE).send(Buffer.from(body.buffer));
  }
  return spec.response === undefined
    ? reply.type(METRICS_MEDIA_TYPE).send(answer.json)
    : reply.send(answer.json);
}
