import type { Transport } from "@chatelaine/sdk";
import type { Environment } from "./state-dir.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly software: string;
  readonly transports: Transports;
}

/** The ways to a node. */
export interface Transports {
  socket(path: string, manner?: Manner): Transport;
  url(url: string, token: string | undefined, manner?: Manner): Transport;
  /** The same, for an answer that goes on. */
  socketStream(path: string): StreamTransport;
  urlStream(url: string, token: string | undefined): StreamTransport;
}

/** How a command calls that sends or waits for more than others. */
export interface Manner {
  /** How long an answer may take, in milliseconds. */
  readonly answerMsMax?: number;
  /** Told while a body goes out: how many of its bytes have gone, and how many it has. */
  readonly onSent?: (sent: number, total: number) => void;
}

/** Asks for an answer that goes on until one side ends it. Rejects if no node answers. */
export type StreamTransport = (request: {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}) => Promise<StreamAnswer>;

export interface StreamAnswer {
  readonly status: number;
  /** Ends when the node ends it, and throws when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Ends it from this side. */
  close(): void;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** Options of the commands that also work from another machine, with a token. */
export interface NodeOptions extends GlobalOptions {
  readonly server?: string;
  readonly tokenFile?: string;
}

/** Prints the answer: JSON for programs, lines for people. */
export function answer(
  { terminal }: Pick<CommandContext, "terminal">,
  options: GlobalOptions,
  json: unknown,
  lines: readonly string[],
): void {
  if (options.json === true) {
    terminal.out(JSON.stringify(json, null, 2));
    return;
  }
  for (const line of lines) {
    terminal.out(line);
  }
}
