import { request, type IncomingHttpHeaders } from "node:http";
import type { Transport, TransportResponse } from "@chatelaine/sdk";

/** Long enough for a backup's key derivation on a slow machine. */
const ANSWER_MS_MAX = 60_000;
/** A batch of items at their largest does not fit; nobody reads that on a terminal. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Calls a node on the Unix socket in its state directory. */
export function socketTransport(socketPath: string): Transport {
  return ({ method, path, headers, body }) =>
    new Promise<TransportResponse>((resolve, reject) => {
      const call = request(
        {
          socketPath,
          method,
          path,
          headers: { host: "localhost", "content-length": body?.length ?? 0, ...headers },
          timeout: ANSWER_MS_MAX,
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > BODY_BYTES_MAX) {
              call.destroy();
            }
          });
          response.on("error", reject);
          response.on("end", () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: singleHeaders(response.headers),
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      call.on("error", reject);
      call.on("timeout", () => {
        call.destroy();
      });
      call.end(body);
    });
}

function singleHeaders(headers: IncomingHttpHeaders): TransportResponse["headers"] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}
