import { SecretBytes } from "@chatelaine/crypto";
import type { TransportRequest } from "@chatelaine/sdk";
import { CodedError } from "@chatelaine/server";
import type { Transports } from "../../src/command-context.ts";
import { runProgram } from "../../src/program.ts";
import type { Terminal } from "../../src/terminal.ts";

/** What a node is told to answer to one route; an `Error` is what the connection does. */
export type Script = (request: TransportRequest) => unknown;

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  readonly requests: readonly TransportRequest[];
  /** `URL TOKEN` of each way to a node that was taken. */
  readonly places: readonly string[];
}

export interface Typed {
  /** Lines typed at a terminal, in order; undefined: there is none. */
  readonly lines?: readonly string[];
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a command line against a node that answers from a script. */
export async function runAgainst(
  script: Script,
  argv: readonly string[],
  { lines, input = "", environment = {} }: Typed = {},
): Promise<Said> {
  const out: string[] = [];
  const notes: string[] = [];
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
    isInteractive: lines !== undefined,
    ask: async (prompt) => typed(prompt),
    askHidden: async (prompt) => bytesOf(typed(prompt)),
    input: async () => bytesOf(input),
  };
  const transport = async (request: TransportRequest) => {
    requests.push({ ...request, body: request.body?.slice() });
    const answer = script(request);
    if (answer instanceof Error) {
      throw answer;
    }
    const isProblem = typeof answer === "object" && answer !== null && "remedy" in answer;
    return {
      status: isProblem ? 400 : 200,
      headers: { "content-type": isProblem ? "application/problem+json" : "application/json" },
      body: new TextEncoder().encode(JSON.stringify(answer)),
    };
  };
  const transports: Transports = {
    socket: (path) => {
      places.push(path);
      return transport;
    },
    url: (url, token) => {
      places.push(`${url} ${token ?? "-"}`);
      return transport;
    },
  };
  const elsewhere = { CHATELAINE_URL: "http://127.0.0.1:4870", ...environment };
  const code = await runProgram(argv, elsewhere, terminal, transports);
  return { code, out: out.join("\n"), notes: notes.join("\n"), requests, places };
}

function bytesOf(text: string): SecretBytes {
  return SecretBytes.copyOf(new TextEncoder().encode(text));
}

/** The JSON that a request carries. */
export function jsonOf(request: TransportRequest | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(request?.body));
}
