import { request } from "node:http";
import type { StreamTransport } from "./command-context.ts";

/** No heartbeat for so long: nobody is there any more. */
const SILENT_MS_MAX = 45_000;

/** Follows a node on the Unix socket in its state directory. */
export function socketStream(socketPath: string): StreamTransport {
  return ({ path, headers }) =>
    new Promise((resolve, reject) => {
      const call = request(
        { socketPath, path, headers: { host: "localhost", ...headers }, timeout: SILENT_MS_MAX },
        (response) => {
          resolve({
            status: response.statusCode ?? 0,
            chunks: response,
            close: () => {
              call.destroy();
            },
          });
        },
      );
      call.on("error", reject);
      call.on("timeout", () => {
        call.destroy();
      });
      call.end();
    });
}

/** Follows a node by its address. */
export function fetchStream(url: string, token: string | undefined): StreamTransport {
  return async ({ path, headers }) => {
    const closing = new AbortController();
    const response = await fetch(url + path, {
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      redirect: "error",
      cache: "no-store",
      signal: closing.signal,
    });
    return {
      status: response.status,
      chunks: response.body ?? empty(),
      close: () => {
        closing.abort();
      },
    };
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {
  // An answer without a body has no chunks.
}
