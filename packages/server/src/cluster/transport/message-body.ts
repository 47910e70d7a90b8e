import type { IncomingMessage } from "node:http";
import { CodedError } from "../../base/coded-error.ts";

/**
 * The JSON of a request or an answer, of at most `bytesMax` bytes. Throws `body-too-large`,
 * `request-invalid`; also rejects when the connection ends before the message does.
 */
export async function readJson(message: IncomingMessage, bytesMax: number): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  // Destroying a message that is too large would take the connection before it is answered.
  const chunks = message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const part of chunks) {
    length += part.length;
    if (length > bytesMax) {
      throw new CodedError("body-too-large", {
        detail: `a message between nodes has at most ${String(bytesMax)} bytes here`,
      });
    }
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CodedError("request-invalid", { detail: "the body is not JSON", cause });
  }
}
