import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";

/** Where a node listens: its socket, or its port on loopback. */
export type Target =
  { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent. */
  readonly body: Uint8Array;
  readonly text: string;
}

class ConnectionClosed extends Error {}

const SOCKETS_MAX = 32;

/** Sends requests as they are given, right or wrong, over connections that are kept. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  /** Once more if the node closed a kept connection just when the request was sent over it. */
  async send(target: Target, ask: Ask): Promise<Answer> {
    try {
      return await this.#send(target, ask);
    } catch (error) {
      if (error instanceof ConnectionClosed) {
        return await this.#send(target, ask);
      }
      throw error;
    }
  }

  #send(target: Target, { method, path, headers = {}, body }: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // Said for every method: Node frames the bodies of some methods only.
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const all = { ...length, ...headers };
      const options = { ...target, method, path, headers: all, agent: this.#agent };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        if (response.headers["content-type"] === "text/event-stream") {
          // It goes on until one side ends it; who wants to read on reads it otherwise.
          response.once("data", () => response.destroy());
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, body: new Uint8Array(), text: "" });
          return;
        }
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers: answered } = response;
          const bytes = Buffer.concat(chunks);
          resolve({ status, headers: answered, body: bytes, text: bytes.toString("utf8") });
        });
      });
      request.on("error", (error) => {
        const code = "code" in error ? error.code : undefined;
        const unparsed = method === "HEAD" ? unparsedAnswer(error) : undefined;
        if (unparsed !== undefined) {
          resolve(unparsed);
          return;
        }
        const isClosed = request.reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
        reject(isClosed ? new ConnectionClosed() : error);
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * The answer to a request whose head the server could not read, and so not know for a HEAD: it has
 * a body, which Node's client takes for a second answer and refuses.
 */
function unparsedAnswer(error: object): Answer | undefined {
  if (!("rawPacket" in error) || !Buffer.isBuffer(error.rawPacket)) {
    return undefined;
  }
  const [head = "", text = ""] = error.rawPacket.toString("utf8").split("\r\n\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
  const [, type] = /^content-type: (.*)$/im.exec(head) ?? [];
  return status === undefined || type === undefined
    ? undefined
    : {
        status: Number(status),
        headers: { "content-type": type.trim() },
        body: Buffer.from(text),
        text,
      };
}

/** A request with a JSON body. */
export function withJson(ask: Ask, json: unknown): Ask {
  const headers = { ...ask.headers, "content-type": "application/json" };
  return { ...ask, headers, body: JSON.stringify(json) };
}

export function withToken(ask: Ask, token: string): Ask {
  return { ...ask, headers: { ...ask.headers, authorization: `Bearer ${token}` } };
}
