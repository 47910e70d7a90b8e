/** The cheapest client that still checks what it gets: the figures are to be the server's. */
import { connect, type NetConnectOpts, type OnReadOpts, type Socket } from "node:net";
import { ToolError } from "../tools/tool-error.ts";
import { at } from "./compare.ts";

const CARRIAGE_RETURN = 13;
/** Of one answer; a batch of 32 small items has about 8 KiB. */
const ANSWER_BYTES_MAX = 256 * 1024;
const STATUS_GOOD = "HTTP/1.1 2";
const HEAD_END = "\r\n\r\n";
const LENGTH_NAME = "\r\ncontent-length: ";

/** Where a server listens. */
export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly bearer?: string;
  readonly json?: unknown;
}

/** The bytes of one HTTP/1.1 request (RFC 9112) to a server on this machine. */
export function encodeRequest(target: Target, request: HttpRequest): Buffer {
  const { method, path, bearer, json } = request;
  const body = json === undefined ? "" : JSON.stringify(json);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${"path" in target ? "localhost" : `${target.host}:${String(target.port)}`}`,
    ...(bearer === undefined ? [] : [`authorization: Bearer ${bearer}`]),
    ...(json === undefined
      ? []
      : ["content-type: application/json", `content-length: ${String(Buffer.byteLength(body))}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}${HEAD_END}${body}`);
}

/**
 * Keep-alive connections to one server. Each sends its next request when the answer to the one
 * before is there, so that `connections` requests are under way at any time.
 */
export class HttpLoad {
  readonly #connections: readonly Connection[];

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
  }

  static async open(target: Target, connections: number): Promise<HttpLoad> {
    const opened = Array.from({ length: connections }, () => Connection.open(target));
    return new HttpLoad(await Promise.all(opened));
  }

  /**
   * Sends that many requests, those given over and over; gives what each took, in ms. None may be
   * refused.
   */
  async send(count: number, requests: readonly Buffer[]): Promise<readonly number[]> {
    const latenciesMs: number[] = [];
    let sent = 0;
    const sendOn = async (connection: Connection): Promise<void> => {
      while (sent < count) {
        const request = at(requests, sent % requests.length);
        sent += 1;
        const start = performance.now();
        await connection.ask(request);
        latenciesMs.push(performance.now() - start);
      }
    };
    await Promise.all(this.#connections.map(sendOn));
    return latenciesMs;
  }

  /** The body of the answer to one request. */
  async ask(request: Buffer): Promise<string> {
    const [connection] = this.#connections;
    return (await connection?.ask(request))?.toString("utf8") ?? "";
  }

  close(): void {
    for (const connection of this.#connections) {
      connection.close();
    }
  }
}

interface Waiting {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
}

class Connection {
  readonly #socket: Socket;
  readonly #buffer = Buffer.allocUnsafe(ANSWER_BYTES_MAX);
  #received = 0;
  /** Of the whole answer, once its head is there. */
  #wanted: number | undefined;
  #bodyStart = 0;
  #waiting: Waiting | undefined;

  private constructor(target: Target) {
    const onread: OnReadOpts = {
      buffer: Buffer.allocUnsafe(ANSWER_BYTES_MAX),
      callback: (length, chunk) => {
        this.#receive(chunk, length);
        return true;
      },
    };
    const options: NetConnectOpts = { ...target, onread };
    this.#socket = connect(options).setNoDelay(true);
    const fail = (): void => {
      this.#waiting?.reject(new ToolError("the server ended a connection under load"));
    };
    this.#socket.on("error", fail).on("close", fail);
  }

  static async open(target: Target): Promise<Connection> {
    const connection = new Connection(target);
    await new Promise((resolve, reject) => {
      connection.#socket.once("connect", resolve).once("error", reject);
    });
    return connection;
  }

  /** The body of the answer, valid until the next call. */
  ask(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#received = 0;
      this.#wanted = undefined;
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array, length: number): void {
    this.#buffer.set(chunk.subarray(0, length), this.#received);
    this.#received += length;
    this.#wanted ??= this.#readHead();
    if (this.#wanted !== undefined && this.#received >= this.#wanted) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(this.#buffer.subarray(this.#bodyStart, this.#wanted));
    }
  }

  /** The length of the whole answer, if its head has come. */
  #readHead(): number | undefined {
    const received = this.#buffer.subarray(0, this.#received);
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd < 0) {
      return undefined;
    }
    const head = received.toString("latin1", 0, headEnd + 1);
    const lengthStart = head.indexOf(LENGTH_NAME) + LENGTH_NAME.length;
    this.#bodyStart = headEnd + HEAD_END.length;
    if (!head.startsWith(STATUS_GOOD) || lengthStart < LENGTH_NAME.length) {
      const answer = received.toString("utf8");
      this.#waiting?.reject(new ToolError(`the server answered under load:\n${answer}`));
      return undefined;
    }
    return this.#bodyStart + lengthAt(head, lengthStart);
  }
}

function lengthAt(head: string, start: number): number {
  let length = 0;
  for (let at = start; head.charCodeAt(at) !== CARRIAGE_RETURN; at += 1) {
    length = length * 10 + head.charCodeAt(at) - 48;
  }
  return length;
}
