import type { AddressInfo } from "node:net";
import { fastify, type FastifyInstance, type FastifyRequest } from "fastify";
import {
  PARTS_BYTES_MAX,
  PARTS_MEDIA_TYPE,
  ROUTES,
  type RouteId,
  type RouteSpec,
} from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import type { Caller } from "../domain/access/caller.ts";
import type { Logger } from "../platform/logger.ts";
import { sendAnswer } from "./answer.ts";
import { answerFailures } from "./failures.ts";
import { assertOwnHost } from "./host-guard.ts";
import { parseBody } from "./request-body.ts";
import type { Handlers, RouteAnswer } from "./route.ts";

const JSON_BYTES_MAX = 1024 * 1024;
const REQUEST_MS_MAX = 60_000;
const HEADERS_MS_MAX = 10_000;

/** Where requests come in. */
export type Listener =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "loopback"; readonly host: string; readonly port: number };

export interface Answered {
  readonly routeId: RouteId;
  readonly status: number;
  readonly durationMs: number;
  readonly caller: Caller;
}

export interface HttpServerDeps {
  readonly handlers: Handlers;
  readonly logger: Logger;
  readonly newRequestId: () => string;
  /** Told of each answer, for log and metrics. */
  readonly observe: (answered: Answered) => void;
}

export interface HttpServer {
  /** The port of a loopback listener, also if 0 was asked for. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

/** Starts one listener that serves the route table. Throws `address-in-use`. */
export async function startHttpServer(
  deps: HttpServerDeps,
  listener: Listener,
): Promise<HttpServer> {
  const app = fastify({
    logger: false,
    bodyLimit: JSON_BYTES_MAX,
    genReqId: deps.newRequestId,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
    http: { headersTimeout: HEADERS_MS_MAX },
    // Unknown fields are refused, and nothing is turned into something else.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    exposeHeadRoutes: false,
  });
  app.addContentTypeParser(
    PARTS_MEDIA_TYPE,
    { parseAs: "buffer", bodyLimit: PARTS_BYTES_MAX },
    (_request, body, done) => {
      done(null, body);
    },
  );
  guardHost(app, listener);
  for (const [id, spec] of Object.entries(ROUTES) as [RouteId, RouteSpec][]) {
    mount(app, deps, listener, id, spec);
  }
  answerFailures(app, deps.logger);
  await listen(app, listener);
  const address: AddressInfo | string | null = app.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : undefined,
    close: () => app.close(),
  };
}

function guardHost(app: FastifyInstance, listener: Listener): void {
  if (listener.kind === "loopback") {
    app.addHook("onRequest", async (request) => {
      assertOwnHost(request.headers, request.socket.localPort ?? 0);
    });
  }
}

function mount(
  app: FastifyInstance,
  deps: HttpServerDeps,
  listener: Listener,
  id: RouteId,
  spec: RouteSpec,
): void {
  app.route({
    method: spec.method,
    url: spec.path,
    handler: async (request, reply) => {
      const caller = callerOf(request, listener);
      authorise(spec, caller);
      const { json, parts } = parseBody(request, spec);
      try {
        const answer = await handlerOf(deps.handlers, id)({ caller, json, parts });
        return await sendAnswer(reply, spec, answer);
      } finally {
        for (const part of parts) {
          part.fill(0); // it may have been a passphrase
        }
      }
    },
    onResponse: (request, reply, done) => {
      const { statusCode: status, elapsedTime: durationMs } = reply;
      deps.observe({ routeId: id, status, durationMs, caller: callerOf(request, listener) });
      done();
    },
  });
}

type AnyHandler = (request: {
  readonly caller: Caller;
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}) => Promise<RouteAnswer<RouteId>>;

/** The table has checked the body, so the handler gets what its type says. */
function handlerOf(handlers: Handlers, id: RouteId): AnyHandler {
  return handlers[id] as AnyHandler;
}

function callerOf(request: FastifyRequest, listener: Listener): Caller {
  return listener.kind === "socket"
    ? { name: "local-administrator", source: "socket", requestId: request.id }
    : { name: "anyone", source: request.ip, requestId: request.id };
}

/** Whoever can open the socket in the 0700 state directory administers the node. */
function authorise(spec: RouteSpec, caller: Caller): void {
  if (spec.access === "local-administrator" && caller.source !== "socket") {
    throw new CodedError("local-socket-required", {
      detail: "run the command on the node's machine, as the user the node runs as",
    });
  }
}

async function listen(app: FastifyInstance, listener: Listener): Promise<void> {
  try {
    await app.listen(
      listener.kind === "socket"
        ? { path: listener.path }
        : { host: listener.host, port: listener.port },
    );
  } catch (cause) {
    await app.close();
    if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE") {
      const where = listener.kind === "socket" ? listener.path : `port ${String(listener.port)}`;
      throw new CodedError("address-in-use", {
        detail: `another program listens on ${where}; stop it, or choose another with --set listen=127.0.0.1:PORT`,
        cause,
      });
    }
    throw cause;
  }
}
