import type { Transport, TransportResponse } from "./transport.ts";

/**
 * How `fetchTransport` calls.
 *
 * ```ts
 * const options: FetchTransportOptions = { token: await readToken(), answerMsMax: 5_000 };
 * ```
 */
export interface FetchTransportOptions {
  /**
   * An API token. A header is a string, so the token is one for as long as the transport lives, and
   * cannot be erased from memory; give each program its own, with a short life.
   */
  readonly token?: string | undefined;
  /** How long an answer may take, in milliseconds; 60,000 unless given. */
  readonly answerMsMax?: number | undefined;
  /** Instead of `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const ANSWER_MS_MAX = 60_000;

/**
 * Calls a node by `fetch`, over TCP or TLS. Follows no redirection, so that the token goes to no
 * other place. A base URL that is none throws `TypeError`.
 *
 * ```ts
 * const transport = fetchTransport("http://127.0.0.1:4870", { token });
 * const client = new ChatelaineClient(transport);
 * ```
 */
export function fetchTransport(baseUrl: string, options: FetchTransportOptions = {}): Transport {
  const { token, answerMsMax = ANSWER_MS_MAX, fetch = globalThis.fetch } = options;
  const base = new URL(baseUrl).origin;
  return async ({ method, path, headers, body }): Promise<TransportResponse> => {
    const response = await fetch(base + path, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(answerMsMax),
      ...(body !== undefined && { body }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  };
}
