import { Agent, type ClientRequestArgs, type RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import { equalBytes } from "@chatelaine/crypto";
import type { HostPort } from "../../base/host-port.ts";
import { invariant } from "../../base/invariant.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import { connectPeer, type Trusting, unreachable } from "./connect.ts";

/** To one node at once: a watch stream, and calls beside it. */
const CONNECTIONS_MAX = 8;
const FREE_CONNECTIONS_MAX = 2;

/** What a request tells the agent beside where it goes. */
export interface PeerRequestOptions extends RequestOptions {
  /** How long a connection may take, with its handshake. */
  readonly connectMs: number;
}

/** Connections to one node, which are kept for the next request. */
export interface PeerAgent {
  readonly agent: Agent;
  /** Lets what is under way come to its end, and keeps no connection after that. */
  retire(): void;
  /** Ends all connections, those that are being made too. */
  close(): void;
}

/** Each connection has proved to hold `tlsKey` before the first request is written to it. */
export function makePeerAgent(
  scheduler: Scheduler,
  trusting: Trusting,
  tlsKey: Uint8Array,
): PeerAgent {
  const closing = new AbortController();
  const connect = async (options: ClientRequestArgs): Promise<Duplex> => {
    const { socket, serverTlsKey } = await connectPeer(scheduler, addressOf(options), trusting, {
      deadlineMs: connectMsOf(options),
      signal: closing.signal,
    });
    if (!equalBytes(serverTlsKey, tlsKey)) {
      socket.destroy();
      throw unreachable("another node answers there: its key is not the warranted one");
    }
    return socket;
  };
  const agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS_MAX,
    maxFreeSockets: FREE_CONNECTIONS_MAX,
  });
  // The agent's own way for connections that somebody else makes: it writes to none before it is
  // handed over by the callback.
  agent.createConnection = (options, callback) => {
    connect(options).then(
      (socket) => {
        callback?.(null, socket);
      },
      (error: unknown) => {
        fail(callback, error);
      },
    );
    return undefined;
  };
  return {
    agent,
    retire: () => {
      agent.maxFreeSockets = 0;
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
        socket.destroy();
      }
    },
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
}

type ConnectionCallback = (error: Error | null, stream: Duplex) => void;

/** The agent looks at the stream only where there is no error, and its type does not say so. */
function fail(callback: ConnectionCallback | undefined, error: unknown): void {
  (callback as ((error: unknown) => void) | undefined)?.(error);
}

/** The agent passes on the options of the request. */
function connectMsOf(options: ClientRequestArgs): number {
  const connectMs = "connectMs" in options ? Number(options.connectMs) : NaN;
  invariant(connectMs > 0, "a request to a node says how long its connection may take");
  return connectMs;
}

function addressOf(options: ClientRequestArgs): HostPort {
  const { host, port } = options;
  invariant(typeof host === "string", "a request to a node names its host");
  return { host, port: Number(port) };
}
