import type { Transport, TransportRequest } from "@chatelaine/sdk";

/** The connection was there and went away: a restart, or an idle connection that was closed. */
const LOST = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/**
 * Sends a request once more if the connection was lost under it. Nobody knows then whether the node
 * has done what it was asked, so this happens only to a `GET`, and to a write with an idempotency
 * key, which the node does once however often it comes.
 */
export function retriedOnce(transport: Transport): Transport {
  return async (request) => {
    try {
      return await transport(request);
    } catch (error) {
      if (!isRepeatable(request) || !isLostConnection(error)) {
        throw error;
      }
      return transport(request);
    }
  };
}

function isRepeatable({ method, headers }: TransportRequest): boolean {
  return method === "GET" || headers["idempotency-key"] !== undefined;
}

/** `fetch` hides what happened behind a `TypeError`, as its cause. */
function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = "code" in error ? String(error.code) : "";
  return LOST.includes(code) || isLostConnection(error.cause);
}
