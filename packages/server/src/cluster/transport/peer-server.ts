import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Warrant } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { invariant } from "../../base/invariant.ts";
import { type HostPort, renderHostPort } from "../../base/host-port.ts";
import type { Greeting } from "../../domain/node/join-transport.ts";
import type { Roster } from "../../domain/node/roster.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Logger } from "../../platform/logger.ts";
import type { NodeHandlers, PeerAct, PeerHandlers, PeerRequest } from "../peer-acts.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { readJson } from "./message-body.ts";
import { PeerAuthentication } from "./peer-authentication.ts";
import { identityOptions, PEER_PROTOCOL, PEER_TLS, type TlsIdentity } from "./tls-identity.ts";
import { WatchStreams } from "./watch-streams.ts";
import {
  actOf,
  ACTS,
  GREETING,
  GREETING_PATH,
  renderFailure,
  REQUEST_BYTES_MAX,
  WATCH_PATH,
} from "./wire.ts";

export interface PeerServerDeps {
  readonly handlers: PeerHandlers;
  /** What anybody may know before it is known who asks: this node's warrant, and the charter. */
  readonly greeting: () => Promise<Greeting>;
  readonly roster: Roster;
  readonly identity: () => TlsIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PeerServer {
  /** Also if 0 was asked for. */
  readonly port: number;
  /** How many there are now, for the metrics. */
  readonly connections: number;
  /** Ends connections, and streams with them, of nodes that are no longer in the roster. */
  rosterChanged(): void;
  /** New connections are shown the identity as it is now. */
  identityChanged(): void;
  close(): Promise<void>;
}

const HANDSHAKE_MS_MAX = 10_000;
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 20_000;
/** Longer than nodes pause between two refreshes, so that they find their connection still open. */
const KEEP_ALIVE_MS = 120_000;
const HEADER_BYTES_MAX = 8192;
/** Two of each node there can be, and some that are no node yet. */
const CONNECTIONS_MAX = 20_512;
/** At once, of those who have shown no key that is warranted. */
const STRANGERS_MAX = 256;

const ADMISSIONS = { windowMs: 60_000, perSourceMax: 10, totalMax: 100 } as const;
/** Refusals that reach the log; somebody who knocks all the time shall not fill it. */
const TOLD_REFUSALS = { windowMs: 60_000, perSourceMax: 5, totalMax: 50 } as const;

/** Starts the listener for nodes. Throws `address-in-use`, `configuration-invalid`. */
export async function startPeerServer(deps: PeerServerDeps, listen: HostPort): Promise<PeerServer> {
  const listener = new PeerListener(deps);
  await listener.listen(listen);
  return listener;
}

class PeerListener implements PeerServer {
  readonly #deps: PeerServerDeps;
  readonly #server: Server;
  readonly #authentication: PeerAuthentication;
  readonly #streams: WatchStreams;
  readonly #admissions: AttemptLimit;
  readonly #toldRefusals: AttemptLimit;
  readonly #sockets = new Set<TLSSocket>();
  /** What lies below them, from before the handshake. */
  readonly #connections = new Set<Socket>();
  /** Those of them that have not proved to be a node. */
  readonly #strangers = new Set<TLSSocket>();

  constructor(deps: PeerServerDeps) {
    this.#deps = deps;
    this.#authentication = new PeerAuthentication(deps.roster, deps.clock);
    this.#streams = new WatchStreams(this.#authentication);
    this.#admissions = new AttemptLimit(deps.clock, ADMISSIONS);
    this.#toldRefusals = new AttemptLimit(deps.clock, TOLD_REFUSALS);
    this.#server = createServer(
      {
        ...PEER_TLS,
        ...identityOptions(deps.identity()),
        // Everybody may connect, for a joiner has no certificate yet; each act says what it needs.
        requestCert: true,
        rejectUnauthorized: false,
        handshakeTimeout: HANDSHAKE_MS_MAX,
        headersTimeout: HEADERS_MS_MAX,
        requestTimeout: REQUEST_MS_MAX,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: HEADER_BYTES_MAX,
        keepAlive: true,
      },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on("connection", (connection: Socket) => {
      this.#connections.add(connection);
      connection.once("close", () => {
        this.#connections.delete(connection);
      });
    });
    this.#server.on("secureConnection", (socket) => {
      this.#take(socket);
    });
    this.#server.on("clientError", (_error, socket) => {
      socket.destroy(); // what is no HTTP is not answered
    });
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    invariant(typeof address === "object" && address !== null, "the listener for nodes is open");
    return address.port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  rosterChanged(): void {
    for (const socket of this.#sockets) {
      if (this.#authentication.isWarranted(socket)) {
        this.#strangers.delete(socket);
      } else if (this.#authentication.hasShownKey(socket)) {
        socket.destroy();
      }
    }
  }

  identityChanged(): void {
    this.#server.setSecureContext({ ...PEER_TLS, ...identityOptions(this.#deps.identity()) });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    for (const connection of this.#connections) {
      connection.destroy();
    }
    await closed;
  }

  listen(address: HostPort): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error): void => {
        reject(listenFailure(address, cause));
      };
      this.#server.once("error", fail);
      this.#server.listen(address, () => {
        this.#server.off("error", fail);
        // Such as no more file descriptors for a connection: the others go on.
        this.#server.on("error", (error) => {
          this.#deps.logger.log("error", "peer.listener-failed", { error: error.name });
        });
        resolve();
      });
    });
  }

  #take(socket: TLSSocket): void {
    const isStranger = !this.#authentication.isWarranted(socket);
    const isTooMany = isStranger && this.#strangers.size >= STRANGERS_MAX;
    if (socket.alpnProtocol !== PEER_PROTOCOL || isTooMany) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    if (isStranger) {
      this.#strangers.add(socket);
    }
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#strangers.delete(socket);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket;
    invariant(socket instanceof TLSSocket, "the listener for nodes is a TLS listener");
    try {
      await this.#route(request, response, socket);
    } catch (error) {
      this.#tellFailure(error, request.url ?? "", socket.remoteAddress ?? "");
      const { status, body } = renderFailure(error);
      send(request, response, status, { ...body, ...(await this.#reasonShown(error)) });
    }
  }

  /** The charter may prove to a node that it is revoked, which its database cannot tell it now. */
  async #reasonShown(error: unknown): Promise<{ readonly charter?: string }> {
    if (!isCoded(error, "node-not-recognized")) {
      return {};
    }
    try {
      return { charter: (await this.#deps.greeting()).charter };
    } catch {
      return {}; // a node that cannot say what it is refuses all the same
    }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    socket: TLSSocket,
  ): Promise<void> {
    const { method, url = "" } = request;
    const act = actOf(url);
    if (method === "GET" && url === WATCH_PATH) {
      const caller = this.#authentication.callerOf(socket, "node");
      this.#streams.begin(caller, socket, response, this.#deps.handlers.watch);
    } else if (method === "GET" && url === GREETING_PATH) {
      send(request, response, 200, GREETING.encode(await this.#deps.greeting()));
    } else if (method === "POST" && act !== undefined) {
      send(request, response, 200, await this.#act(act, request, socket));
    } else {
      throw new CodedError("not-found");
    }
  }

  /** Who asks is found out before the body is read. */
  async #act(act: PeerAct, request: IncomingMessage, socket: TLSSocket): Promise<unknown> {
    const { proof } = ACTS[act];
    if (act === "admit" || proof === "none") {
      const source = socket.remoteAddress ?? "";
      this.#assertMayTry(source);
      const content = await contentOf("admit", request);
      return ACTS.admit.answer.encode(await this.#deps.handlers.admit(content, source));
    }
    const caller = this.#authentication.callerOf(socket, proof);
    return await this.#perform(act, caller, request);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- ties the handler to the codec of its act
  async #perform<Act extends Exclude<PeerAct, "admit">>(
    act: Act,
    caller: Warrant,
    request: IncomingMessage,
  ): Promise<unknown> {
    const content = await contentOf(act, request);
    const handlers: NodeHandlers = this.#deps.handlers;
    return ACTS[act].answer.encode(await handlers[act](caller, content));
  }

  #assertMayTry(source: string): void {
    if (!this.#admissions.mayTry(source)) {
      throw new CodedError("too-many-attempts", {
        detail: "too many attempts to join in the last minute; wait a minute",
      });
    }
  }

  #tellFailure(error: unknown, path: string, source: string): void {
    const { logger } = this.#deps;
    const about = { path, source };
    if (!isCoded(error)) {
      logger.log("error", "peer.failed", { ...about, error: nameOf(error) });
    } else if (isCoded(error, "node-not-recognized", "too-many-attempts", "request-invalid")) {
      if (this.#toldRefusals.mayTry(source)) {
        logger.log("warn", "peer.refused", { ...about, code: error.code, detail: error.message });
      }
    }
  }
}

async function contentOf<Act extends PeerAct>(
  act: Act,
  request: IncomingMessage,
): Promise<PeerRequest<Act>> {
  return ACTS[act].request.decode(await readJson(request, REQUEST_BYTES_MAX), act);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy(); // a stream that had begun, or somebody who has gone
    return;
  }
  const json = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(json),
    ...(mayBeLarge(request) && { connection: "close" }),
  });
  response.end(json);
  request.resume(); // what was not read of a body has to be, before the next request
}

/** Whether there may be more left of the body than is worth reading to keep the connection. */
function mayBeLarge({ complete, headers }: IncomingMessage): boolean {
  const isLarge = Number(headers["content-length"] ?? 0) > REQUEST_BYTES_MAX;
  return !complete && (isLarge || headers["transfer-encoding"] !== undefined);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function listenFailure(address: HostPort, cause: Error): CodedError {
  const code = "code" in cause ? String(cause.code) : cause.name;
  return code === "EADDRINUSE"
    ? new CodedError("address-in-use", {
        detail:
          `another program listens on ${renderHostPort(address)}; stop it, or choose another ` +
          "with --set cluster.listen=HOST:PORT",
        cause,
      })
    : new CodedError("configuration-invalid", {
        detail: `cluster.listen: ${renderHostPort(address)} cannot be listened on (${code})`,
        cause,
      });
}
