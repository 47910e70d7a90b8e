import {
  PROBLEM_MEDIA_TYPE,
  ROUTES,
  decodeParts,
  isErrorCode,
  type CallableRouteId,
  type RouteId,
  type RouteSpec,
} from "@chatelaine/protocol";
import type { AnyCallOptions, CallArguments, ResponseJson } from "./call-options.ts";
import { ChatelaineError } from "./chatelaine-error.ts";
import { requestFor, takesParts } from "./request.ts";
import type { Transport, TransportResponse } from "./transport.ts";

/**
 * What a node answered.
 *
 * ```ts
 * const { json, etag }: Answer<"config.get"> = await client.call("config.get", {
 *   params: { application: "Orders", identifier: "production/db" },
 * });
 * ```
 */
export interface Answer<Id extends RouteId> {
  readonly status: number;
  readonly json: ResponseJson<Id>;
  /** Binary parts, in the order of the route table. */
  readonly parts: readonly Uint8Array[];
  /** The revision of the one resource answered, to be sent as `ifMatch`; without quotes. */
  readonly etag: string | undefined;
}

/**
 * Calls one node by the route table.
 *
 * ```ts
 * const client = new ChatelaineClient(fetchTransport("http://127.0.0.1:4870", { token }));
 * const { json } = await client.call("config.get", {
 *   params: { application: "Orders", identifier: "production/db" },
 * });
 * console.log(json.properties["Retries"]);
 * ```
 */
export class ChatelaineClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Calls a route and returns what it answers. Throws `ChatelaineError`, also when no node answers
   * (`node-unreachable`). Nothing is sent twice.
   *
   * ```ts
   * await client.call("config.set", {
   *   params: { application: "Orders", identifier: "production/db" },
   *   json: { properties: { Retries: 3 } },
   *   ifMatch: etag,
   *   idempotencyKey: "deploy-4711",
   * });
   * ```
   */
  async call<Id extends CallableRouteId>(id: Id, ...args: CallArguments<Id>): Promise<Answer<Id>> {
    const spec: RouteSpec = ROUTES[id];
    const [options = {}] = args as readonly [options?: AnyCallOptions];
    const response = await this.#send(spec, options);
    // `/readyz` answers 503 with a body of its own: not a problem document.
    if (contentTypeOf(response).startsWith(PROBLEM_MEDIA_TYPE)) {
      throw problemOf(response);
    }
    return { ...parseBody<Id>(spec, response), status: response.status, etag: etagOf(response) };
  }

  async #send(spec: RouteSpec, options: AnyCallOptions): Promise<TransportResponse> {
    const request = requestFor(spec, options);
    try {
      return await this.#transport(request);
    } catch (cause) {
      throw new ChatelaineError("node-unreachable", undefined, undefined, cause);
    } finally {
      if (takesParts(spec)) {
        request.body?.fill(0); // it held a passphrase
      }
    }
  }
}

function parseBody<Id extends RouteId>(
  { response: spec }: RouteSpec,
  { body }: TransportResponse,
): Pick<Answer<Id>, "json" | "parts"> {
  if (spec === undefined) {
    return { json: decode(body) as ResponseJson<Id>, parts: [] };
  }
  const [first, ...parts] =
    spec.parts === undefined ? [body] : (decodeParts(body, spec.parts.length + 1) ?? []);
  const json = first === undefined ? undefined : parseJson(first);
  if (json === undefined) {
    throw new ChatelaineError("node-unreachable", "what answers is not a Chatelaine node");
  }
  return { json: json as ResponseJson<Id>, parts };
}

function contentTypeOf({ headers }: TransportResponse): string {
  return headers["content-type"] ?? "";
}

/** Only strong tags are used: `"REVISION"` (RFC 9110, 8.8.3). */
function etagOf({ headers }: TransportResponse): string | undefined {
  return /^"(.*)"$/.exec(headers["etag"] ?? "")?.[1];
}

function problemOf(response: TransportResponse): ChatelaineError {
  const problem = parseJson(response.body);
  const field = (name: string): string | undefined => {
    const value = (problem as Record<string, unknown> | undefined)?.[name];
    return typeof value === "string" ? value : undefined;
  };
  const code = field("code");
  return code !== undefined && isErrorCode(code)
    ? new ChatelaineError(code, field("detail"), field("requestId"))
    : new ChatelaineError("internal", field("title"), field("requestId"));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return undefined; // not ours; the caller says so
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
