import { ROUTES, isErrorCode, type EventView } from "@chatelaine/protocol";
import { ChatelaineError } from "@chatelaine/sdk";
import { pause, systemScheduler } from "@chatelaine/server";
import type { CommandContext, NodeOptions, StreamTransport } from "../command-context.ts";
import { serverSentEvents, type ServerSentEvent } from "../event-lines.ts";
import { findStream } from "../node-client.ts";
import { instant, printable } from "../output.ts";
import { untilSignal } from "../until-signal.ts";

export interface FollowOptions extends NodeOptions {
  readonly after?: string;
}

const RECONNECT_MS = 1000;

/** `chatelaine events --follow`: until it is told to stop; a lost connection is made again. */
export async function followEvents(context: CommandContext, options: FollowOptions): Promise<void> {
  const stream = await findStream(context, options);
  const stopping = new AbortController();
  const stopped = untilSignal().then(() => {
    stopping.abort();
  });
  const isStopped = (): boolean => stopping.signal.aborted;
  let after = options.after;
  let isFirst = true;
  while (!isStopped()) {
    try {
      after = await followOnce(context, options, stream, after, stopping.signal);
    } catch (error) {
      if (isFirst || !(error instanceof ChatelaineError && error.code === "node-unreachable")) {
        throw error;
      }
    }
    isFirst = false;
    if (!isStopped()) {
      context.terminal.note("the connection was lost; trying again");
      await pause(systemScheduler, RECONNECT_MS, stopping.signal);
    }
  }
  await stopped;
}

/** Returns the place to go on from when the stream has ended, however it did. */
async function followOnce(
  context: CommandContext,
  options: FollowOptions,
  stream: StreamTransport,
  after: string | undefined,
  stopping: AbortSignal,
): Promise<string | undefined> {
  const answer = await open(stream, after);
  const close = (): void => {
    answer.close();
  };
  stopping.addEventListener("abort", close, { once: true });
  let place = after;
  try {
    for await (const event of serverSentEvents(answer.chunks)) {
      show(context, options, event);
      place = event.id ?? place;
    }
  } catch {
    // Broken rather than ended; the caller goes on from the last event either way.
  } finally {
    stopping.removeEventListener("abort", close);
  }
  return place;
}

/** Throws what the node refused, or `node-unreachable`. */
async function open(stream: StreamTransport, after: string | undefined) {
  let answer;
  try {
    const headers = after === undefined ? {} : { "last-event-id": after };
    answer = await stream({ path: ROUTES["event.stream"].path, headers });
  } catch (cause) {
    throw new ChatelaineError("node-unreachable", undefined, undefined, cause);
  }
  if (answer.status !== 200) {
    throw await problemOf(answer.chunks);
  }
  return answer;
}

async function problemOf(chunks: AsyncIterable<Uint8Array>): Promise<ChatelaineError> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail?: string };
    return new ChatelaineError(isErrorCode(code) ? code : "internal", detail);
  } catch {
    return new ChatelaineError("node-unreachable", "what answers is not a Chatelaine node");
  }
}

function show(
  { terminal }: CommandContext,
  options: FollowOptions,
  { type, data }: ServerSentEvent,
): void {
  if (type !== "message") {
    const { missed } = JSON.parse(data) as { missed?: number };
    terminal.note(
      `${String(missed ?? "some")} events were missed: the node told more than was read`,
    );
    return;
  }
  terminal.out(options.json === true ? data : line(JSON.parse(data) as EventView));
}

function line({ atMs, severity, code, entssoId, meaning, fields }: EventView): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const known = entssoId === undefined ? "" : ` (${String(entssoId)})`;
  const text = [meaning, details.join(" ")].filter((part) => part !== "").join("; ");
  return printable(`${instant(atMs)}  ${severity.padEnd(7)}  ${code}${known}  ${text}`);
}
