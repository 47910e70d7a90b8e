import { Agent, request as httpRequest } from "node:http";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { PEER_PROTOCOL } from "../../src/cluster/transport/tls-identity.ts";

/** A client that keeps to nothing: for what nodes never send, and for connections of one's own. */
export interface RawAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A TLS connection that trusts everybody. Rejects as the handshake does. */
export function rawConnect(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      ALPNProtocols: [PEER_PROTOCOL],
      rejectUnauthorized: false,
      ...options,
    });
    socket.once("secureConnect", () => {
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

/** One request over a connection, which stays open if the server leaves it so. */
export function rawRequest(
  socket: TLSSocket,
  method: string,
  path: string,
  body?: string,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent: agentOf(socket), method, path, host: "127.0.0.1" },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            json: JSON.parse(text) as RawAnswer["json"],
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const AGENTS = new WeakMap<TLSSocket, Agent>();

/** One for each connection, which it keeps. */
function agentOf(socket: TLSSocket): Agent {
  const agent = AGENTS.get(socket) ?? new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  AGENTS.set(socket, agent);
  return agent;
}

/** Resolves when the other side has ended the connection. */
export function closed(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    socket.on("error", () => undefined);
    socket.once("close", () => {
      resolve();
    });
    socket.resume();
  });
}
