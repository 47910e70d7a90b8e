import { PARTS_MEDIA_TYPE, encodeParts, type RouteSpec } from "@chatelaine/protocol";
import type { AnyCallOptions } from "./call-options.ts";
import { ChatelaineError } from "./chatelaine-error.ts";
import type { TransportRequest } from "./transport.ts";

/** The request that a call stands for. Throws `request-invalid` for a parameter no path can hold. */
export function requestFor(spec: RouteSpec, options: AnyCallOptions): TransportRequest {
  const body = bodyOf(spec, options);
  return {
    method: spec.method,
    path: pathOf(spec, options),
    headers: {
      ...(body !== undefined && {
        "content-type": takesParts(spec) ? PARTS_MEDIA_TYPE : "application/json",
      }),
      ...(options.ifMatch !== undefined && { "if-match": `"${options.ifMatch}"` }),
      ...(options.ifNoneMatch !== undefined && { "if-none-match": options.ifNoneMatch }),
      ...(options.idempotencyKey !== undefined && { "idempotency-key": options.idempotencyKey }),
    },
    body,
  };
}

/** Whether the body may hold a secret that was given as bytes. */
export function takesParts(spec: RouteSpec): boolean {
  return spec.request?.parts !== undefined;
}

function pathOf({ path }: RouteSpec, { params = {}, query = {} }: AnyCallOptions): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeParam(name, params[name] ?? ""),
  );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value.toWellFormed())}`],
  );
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

/**
 * A slash is encoded. Dots alone are a step in a path, also when encoded (WHATWG URL, 4.4): such a
 * request would reach another route, for instance the one that deletes the whole application.
 */
function encodeParam(name: string, value: string): string {
  if (["", ".", ".."].includes(value) || !value.isWellFormed()) {
    throw new ChatelaineError("request-invalid", `${name}: "${value}" cannot stand in a path`);
  }
  return encodeURIComponent(value);
}

function bodyOf(
  spec: RouteSpec,
  { json, parts = [] }: AnyCallOptions,
): Uint8Array<ArrayBuffer> | undefined {
  if (json === undefined) {
    return undefined;
  }
  const encoded = new TextEncoder().encode(JSON.stringify(json));
  return takesParts(spec) ? encodeParts([encoded, ...parts]) : encoded;
}
