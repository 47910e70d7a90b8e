import { SecretBytes } from "@chatelaine/crypto";
import { decodeParts, encodeParts } from "@chatelaine/protocol";
import type { TransportRequest } from "@chatelaine/sdk";
import { CodedError } from "@chatelaine/server";
import type { Manner, StreamTransport, Transports } from "../../src/command-context.ts";
import { runProgram } from "../../src/program.ts";
import type { Terminal } from "../../src/terminal.ts";

/** What a node is told to answer to one route; an `Error` is what the connection does. */
export type Script = (request: TransportRequest) => unknown;

/** An answer with binary parts behind its JSON. */
export class PartsAnswer {
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];

  constructor(json: unknown, ...parts: readonly Uint8Array[]) {
    this.json = json;
    this.parts = parts;
  }
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  /** Lines of progress, each in the place of the one before. */
  readonly progress: readonly string[];
  readonly requests: readonly TransportRequest[];
  /** `URL TOKEN` of each way to a node that was taken. */
  readonly places: readonly string[];
}

export interface Typed {
  /** Lines typed at a terminal, in order; undefined: there is none. */
  readonly lines?: readonly string[];
  readonly input?: string;
  /** Whether standard error is a terminal. */
  readonly isWatched?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a command line against a node that answers from a script. */
export async function runAgainst(
  script: Script,
  argv: readonly string[],
  { lines, input = "", isWatched = false, environment = {} }: Typed = {},
): Promise<Said> {
  const out: string[] = [];
  const notes: string[] = [];
  const progress: string[] = [];
  const requests: TransportRequest[] = [];
  const places: string[] = [];
  const answers = [...(lines ?? [])];
  const typed = (prompt: string): string => {
    notes.push(prompt);
    const line = answers.shift();
    if (line === undefined) {
      throw new CodedError("passphrase-required", { detail: "nothing was entered" });
    }
    return line;
  };
  const terminal: Terminal = {
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    outFile: async (bytes) => {
      out.push(new TextDecoder().decode(bytes));
    },
    showProgress: isWatched ? (line) => progress.push(line) : undefined,
    isInteractive: lines !== undefined,
    ask: async (prompt) => typed(prompt),
    askHidden: async (prompt) => bytesOf(typed(prompt)),
    input: async () => bytesOf(input),
  };
  const transport = async (request: TransportRequest, { onSent }: Manner) => {
    requests.push({ ...request, body: request.body?.slice() });
    if (request.body !== undefined) {
      onSent?.(request.body.length, request.body.length);
    }
    const answer = await script(request);
    if (answer instanceof Error) {
      throw answer;
    }
    if (answer instanceof PartsAnswer) {
      const json = new TextEncoder().encode(JSON.stringify(answer.json));
      return { status: 200, headers: {}, body: encodeParts([json, ...answer.parts]) };
    }
    const isProblem = typeof answer === "object" && answer !== null && "remedy" in answer;
    return {
      status: isProblem ? 400 : 200,
      headers: { "content-type": isProblem ? "application/problem+json" : "application/json" },
      body: new TextEncoder().encode(JSON.stringify(answer)),
    };
  };
  /** A text is a stream that ends; what is a problem is refused. */
  const streamed: StreamTransport = async ({ path, headers }) => {
    const request = { method: "GET", path, headers, body: undefined };
    requests.push(request);
    const answer = script(request);
    if (answer instanceof Error) {
      throw answer;
    }
    const isText = typeof answer === "string";
    const bytes = new TextEncoder().encode(isText ? answer : JSON.stringify(answer));
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10); // not where an event ends
      yield bytes.subarray(10);
    }
    return { status: isText ? 200 : 400, chunks: chunks(), close: () => undefined };
  };
  const transports: Transports = {
    socket: (path, manner = {}) => {
      places.push(path);
      return (request) => transport(request, manner);
    },
    url: (url, token, manner = {}) => {
      places.push(`${url} ${token ?? "-"}`);
      return (request) => transport(request, manner);
    },
    socketStream: () => streamed,
    urlStream: () => streamed,
  };
  const elsewhere = { CHATELAINE_URL: "http://127.0.0.1:4870", ...environment };
  const code = await runProgram(argv, elsewhere, terminal, transports);
  return { code, out: out.join("\n"), notes: notes.join("\n"), progress, requests, places };
}

function bytesOf(text: string): SecretBytes {
  return SecretBytes.copyOf(new TextEncoder().encode(text));
}

/** The JSON that a request carries. */
export function jsonOf(request: TransportRequest | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(request?.body));
}

/** The JSON and the parts of a request that carries both. */
export function partsOf(
  request: TransportRequest | undefined,
  count: number,
): { readonly json: Readonly<Record<string, unknown>>; readonly parts: readonly Uint8Array[] } {
  const [json, ...parts] = decodeParts(request?.body ?? new Uint8Array(), count + 1) ?? [];
  const parsed = JSON.parse(new TextDecoder().decode(json)) as Readonly<Record<string, unknown>>;
  return { json: parsed, parts };
}
