import { request, type IncomingHttpHeaders } from "node:http";
import type { ClientRequest } from "node:http";
import type { Transport, TransportResponse } from "@chatelaine/sdk";
import type { Manner } from "./command-context.ts";

/** Long enough for a backup's key derivation on a slow machine. */
const ANSWER_MS_MAX = 60_000;
/** A binding file that grew by its edits. */
const BODY_BYTES_MAX = 128 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/** Calls a node on the Unix socket in its state directory. */
export function socketTransport(socketPath: string, manner: Manner = {}): Transport {
  const { answerMsMax = ANSWER_MS_MAX, onSent } = manner;
  return ({ method, path, headers, body }) =>
    new Promise<TransportResponse>((resolve, reject) => {
      const call = request(
        {
          socketPath,
          method,
          path,
          headers: { host: "localhost", "content-length": body?.length ?? 0, ...headers },
          timeout: answerMsMax,
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
      if (body === undefined || onSent === undefined) {
        call.end(body);
      } else {
        sendInPieces(call, body, onSent);
      }
    });
}

/** Each piece goes when the one before has gone into the socket. */
function sendInPieces(
  call: ClientRequest,
  body: Uint8Array,
  onSent: NonNullable<Manner["onSent"]>,
): void {
  let sent = 0;
  const next = (): void => {
    onSent(sent, body.length);
    const piece = body.subarray(sent, sent + PIECE_BYTES);
    sent += piece.length;
    if (sent === body.length) {
      call.end(piece);
      onSent(sent, body.length);
      return;
    }
    call.write(piece, (error) => {
      if (error === null || error === undefined) {
        next();
      }
    });
  };
  next();
}

function singleHeaders(headers: IncomingHttpHeaders): TransportResponse["headers"] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}
