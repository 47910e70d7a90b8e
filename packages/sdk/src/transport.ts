/**
 * One request as it goes out.
 *
 * ```ts
 * const request: TransportRequest = {
 *   method: "GET",
 *   path: "/v1/applications?limit=10",
 *   headers: {},
 *   body: undefined,
 * };
 * ```
 */
export interface TransportRequest {
  readonly method: string;
  /** From the first slash, with the query; already percent-encoded (RFC 3986). */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Valid until the transport has settled: it may be overwritten then. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * What came back, whatever its status.
 *
 * ```ts
 * const response: TransportResponse = {
 *   status: 200,
 *   headers: { "content-type": "application/json" },
 *   body: new TextEncoder().encode("{}"),
 * };
 * ```
 */
export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/**
 * How bytes reach a node: TCP, TLS, or the Unix socket. Rejects if no node answers. It sends a
 * request at most once, unless the request is a `GET` or carries an `idempotency-key`.
 *
 * ```ts
 * const noisy: Transport = async (request) => {
 *   console.log(request.method, request.path);
 *   return await transport(request);
 * };
 * ```
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;
