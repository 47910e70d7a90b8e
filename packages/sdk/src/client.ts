import {
  ERRORS,
  PARTS_MEDIA_TYPE,
  ROUTES,
  decodeParts,
  encodeParts,
  isErrorCode,
  type ErrorCode,
  type FromSchema,
  type Remedy,
  type RouteId,
  type RouteSpec,
} from "@chatelaine/protocol";

/** One request as it goes out. */
export interface TransportRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface TransportResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** How bytes reach a node: TCP, TLS, or the Unix socket. Rejects if no node answers. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** A refusal of the node, or `node-unreachable`; `remedy` says what can be done about it. */
export class ChatelaineError extends Error {
  readonly code: ErrorCode;
  readonly remedy: Remedy;
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, detail: string | undefined, requestId?: string, cause?: unknown) {
    super(detail ?? ERRORS[code].title, cause === undefined ? undefined : { cause });
    this.name = "ChatelaineError";
    this.code = code;
    this.remedy = ERRORS[code].remedy;
    this.requestId = requestId;
  }
}

type Spec<Id extends RouteId> = (typeof ROUTES)[Id];
type JsonOf<Part> = Part extends { readonly json: infer Schema } ? FromSchema<Schema> : undefined;
type RequestJson<Id extends RouteId> =
  Spec<Id> extends { readonly request: infer Request } ? JsonOf<Request> : undefined;
type ResponseJson<Id extends RouteId> =
  Spec<Id> extends { readonly response: infer Response } ? JsonOf<Response> : string;

export interface Answer<Id extends RouteId> {
  readonly status: number;
  readonly json: ResponseJson<Id>;
  readonly parts: readonly Uint8Array[];
}

/**
 * Calls one node by the route table.
 *
 * ```ts
 * const client = new ChatelaineClient(transport);
 * const { json } = await client.call("secret.status", undefined);
 * console.log(json.isBackedUp);
 * ```
 */
export class ChatelaineClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Throws `ChatelaineError`, also when no node answers. `parts` are those of the route table. */
  async call<Id extends RouteId>(
    id: Id,
    json: RequestJson<Id>,
    parts: readonly Uint8Array[] = [],
  ): Promise<Answer<Id>> {
    const spec: RouteSpec = ROUTES[id];
    const response = await this.#send(spec, json, parts);
    // `/readyz` answers 503 with a body of its own: not a problem document.
    if (response.contentType.startsWith("application/problem+json")) {
      throw problemOf(response);
    }
    if (spec.response === undefined) {
      return {
        status: response.status,
        json: decode(response.body) as ResponseJson<Id>,
        parts: [],
      };
    }
    const [first, ...rest] =
      spec.response.parts === undefined
        ? [response.body]
        : (decodeParts(response.body, spec.response.parts.length + 1) ?? []);
    const answer = first === undefined ? undefined : parseJson(first);
    if (answer === undefined) {
      throw new ChatelaineError("node-unreachable", "what answers is not a Chatelaine node");
    }
    return { status: response.status, json: answer as ResponseJson<Id>, parts: rest };
  }

  async #send(
    spec: RouteSpec,
    json: unknown,
    parts: readonly Uint8Array[],
  ): Promise<TransportResponse> {
    const encoded = json === undefined ? undefined : encode(JSON.stringify(json));
    const isParts = spec.request?.parts !== undefined;
    const body = encoded !== undefined && isParts ? encodeParts([encoded, ...parts]) : encoded;
    const contentType = isParts ? PARTS_MEDIA_TYPE : "application/json";
    try {
      return await this.#transport({
        method: spec.method,
        path: spec.path,
        headers: body === undefined ? {} : { "content-type": contentType },
        body,
      });
    } catch (cause) {
      throw new ChatelaineError("node-unreachable", undefined, undefined, cause);
    } finally {
      if (isParts) {
        body?.fill(0); // it held a passphrase
      }
    }
  }
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

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
