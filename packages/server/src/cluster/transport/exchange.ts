import { request as httpRequest, type Agent, type IncomingMessage } from "node:http";
import { type CodedError, isCoded } from "../../base/coded-error.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { Cancel, Scheduler } from "../../platform/scheduler.ts";
import { unreachable } from "./connect.ts";
import { readJson } from "./message-body.ts";
import type { PeerRequestOptions } from "./peer-agent.ts";
import { ANSWER_BYTES_MAX, parseFailure } from "./wire.ts";

export interface Exchange {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** JSON; undefined for none. */
  readonly body: unknown;
  /** For a connection; when it is over, nothing was sent. */
  readonly connectMs: number;
  /** For all of it; undefined: without end, for whoever watches over it. */
  readonly deadlineMs: number | undefined;
}

/** How far a request came before it failed. */
export type Fate =
  /** No connection was made. */
  | "not-sent"
  /** It was written to a kept connection that may have been closed already, and no answer came. */
  | "sent-on-kept-connection"
  | "sent";

/** A request that had no answer; `reason` is for `reasonOf`. */
export interface Unanswered {
  readonly kind: "unanswered";
  readonly fate: Fate;
  readonly reason: unknown;
}

export type Outcome = { readonly kind: "answered"; readonly message: IncomingMessage } | Unanswered;

export interface Sending {
  readonly outcome: Promise<Outcome>;
  /** Ends the exchange, whatever it has come to. */
  readonly abort: Cancel;
}

/** Sends a request and waits for the head of the answer, or until one of the times is over. */
export function sendRequest(
  scheduler: Scheduler,
  agent: Agent,
  address: HostPort,
  exchange: Exchange,
): Sending {
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  const request = httpRequest(requestOptions(agent, address, exchange));
  let isConnected = false;
  const giveUp = (reason: unknown): void => {
    const fateIfSent = request.reusedSocket ? "sent-on-kept-connection" : "sent";
    // A request that still waits for its connection is not told of its own end, so that this is
    // not left to its events.
    resolve({ kind: "unanswered", fate: isConnected ? fateIfSent : "not-sent", reason });
    request.destroy();
  };
  const late = (): void => {
    giveUp(unreachable("it did not answer in time"));
  };
  const cancelConnect = scheduler.after(exchange.connectMs, late);
  const { deadlineMs } = exchange;
  const cancelAll = deadlineMs === undefined ? undefined : scheduler.after(deadlineMs, late);
  request.once("socket", () => {
    isConnected = true;
    cancelConnect();
  });
  request.once("response", (message) => {
    resolve({ kind: "answered", message });
  });
  request.on("error", giveUp);
  request.once("close", () => {
    cancelConnect();
    cancelAll?.();
    giveUp(unreachable("it ended the connection"));
  });
  request.end(exchange.body === undefined ? undefined : JSON.stringify(exchange.body));
  return {
    outcome,
    abort: () => {
      cancelConnect();
      cancelAll?.();
      giveUp(unreachable("it is not asked any longer"));
    },
  };
}

function requestOptions(agent: Agent, address: HostPort, exchange: Exchange): PeerRequestOptions {
  const { method, path, connectMs, body } = exchange;
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return { ...address, agent, method, path, connectMs, headers };
}

/** What came back. */
export type Said =
  | { readonly kind: "content"; readonly json: unknown }
  /** The failure of the handler on the other side. */
  | { readonly kind: "failure"; readonly error: CodedError }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Reads an answer to its end. */
export async function readAnswer(message: IncomingMessage): Promise<Said> {
  let json: unknown;
  try {
    json = await readJson(message, ANSWER_BYTES_MAX);
  } catch (error) {
    message.destroy(); // with its connection: where the next answer would begin is not known
    return {
      kind: "unreadable",
      reason: isCoded(error) ? NOT_UNDERSTOOD : "its answer broke off or did not come in time",
    };
  }
  if (message.statusCode === 200) {
    return { kind: "content", json };
  }
  const error = parseFailure(json);
  return error === undefined
    ? { kind: "unreadable", reason: NOT_UNDERSTOOD }
    : { kind: "failure", error };
}

export const NOT_UNDERSTOOD = "it answers what no node of this version answers";
