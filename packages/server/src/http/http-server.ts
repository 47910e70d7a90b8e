import type { RequestListener } from "node:http";
import { createServer, Server as HttpsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { fastify, type FastifyInstance, type FastifyRequest } from "fastify";
import {
  PARTS_BYTES_MAX,
  PARTS_MEDIA_TYPE,
  ROUTES,
  type ErrorCode,
  type RouteId,
  type RouteSpec,
} from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import { localAdministrator, type Caller } from "../domain/access/caller.ts";
import { assertMayDo } from "../domain/access/permissions.ts";
import type { Precondition } from "../domain/config-item/write-items.ts";
import type { Repeatable } from "../domain/idempotency/once.ts";
import type { Logger } from "../platform/logger.ts";
import { sendAnswer } from "./answer.ts";
import { answerClientError } from "./client-errors.ts";
import { answerFailures, describeFailure, sendProblem } from "./failures.ts";
import { assertOwnHost } from "./host-guard.ts";
import { parseRequest } from "./request-body.ts";
import { bearerOf, lastEventId, parsePrecondition, parseRepeatable } from "./request-headers.ts";
import type { Handlers, RouteAnswer } from "./route.ts";

const JSON_BYTES_MAX = 4 * 1024 * 1024;
/** Of a path parameter as it is sent, percent-encoded. */
const PARAM_BYTES_MAX = 8192;
const REQUEST_MS_MAX = 60_000;
const HEADERS_MS_MAX = 10_000;

/** Where requests come in. */
export type Listener =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "loopback"; readonly host: string; readonly port: number }
  | {
      readonly kind: "tls";
      readonly host: string;
      readonly port: number;
      /** Undefined while there is none yet: no connection comes about then. */
      readonly certificate: () => ListenerCertificate | undefined;
    };

/** In PEM. */
export interface ListenerCertificate {
  /** With the intermediate certificates after it. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface Answered {
  readonly routeId: RouteId;
  readonly status: number;
  readonly durationMs: number;
  readonly caller: Caller;
}

export interface Refusal {
  readonly routeId: RouteId;
  readonly code: ErrorCode;
  readonly caller: Caller;
  /** Path parameters as they were sent: not checked. */
  readonly params: unknown;
}

export interface HttpServerDeps {
  readonly handlers: Handlers;
  readonly logger: Logger;
  readonly newRequestId: () => string;
  /** The caller of a bearer token; `nobody` if it is none. */
  readonly authenticate: (
    bearer: string,
    origin: { readonly source: string; readonly requestId: string },
  ) => Promise<Caller>;
  /** Runs what a handler does: once more, if the keyring turned out to be outdated. */
  readonly work: <T>(run: () => Promise<T>) => Promise<T>;
  /** The same for what cannot be done once more. */
  readonly workOnce: <T>(run: () => Promise<T>) => Promise<T>;
  /** Told of each failure before it is answered, to record it if it is a refusal. */
  readonly refused: (refusal: Refusal) => Promise<void>;
  /** Told of each answer, for log and metrics. */
  readonly observe: (answered: Answered) => void;
}

export interface HttpServer {
  /** The port of a listener that has one, also if 0 was asked for. */
  readonly port: number | undefined;
  /** New connections to a TLS listener are shown the certificate as it is now. */
  certificateChanged(): void;
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
    ...(listener.kind === "tls" && {
      serverFactory: (handler: RequestListener) => tlsServer(listener.certificate(), handler),
    }),
    // Unknown fields are refused, and nothing is turned into something else.
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        allowUnionTypes: true,
      },
    },
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_BYTES_MAX },
    clientErrorHandler: (error, socket) => {
      answerClientError(error, socket, deps.newRequestId());
    },
    frameworkErrors: (error, request, reply) => {
      const { problem } = describeFailure(deps.logger, error, request.id);
      void sendProblem(reply, problem);
    },
  });
  app.decorateRequest("caller");
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
    certificateChanged: () => {
      if (listener.kind === "tls" && app.server instanceof HttpsServer) {
        app.server.setSecureContext(tlsOptions(listener.certificate()));
      }
    },
    close: () => app.close(),
  };
}

/**
 * Callers' certificates are not asked for: what a caller is, only its token says, and that of a
 * node means nothing here.
 */
function tlsServer(
  certificate: ListenerCertificate | undefined,
  handler: RequestListener,
): HttpsServer {
  return createServer(
    {
      ...tlsOptions(certificate),
      requestCert: false,
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      handshakeTimeout: HEADERS_MS_MAX,
    },
    handler,
  );
}

function tlsOptions(certificate: ListenerCertificate | undefined): ServerOptions {
  return { minVersion: "TLSv1.2", ...certificate };
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
    ...(spec.bodyBytesMax !== undefined && { bodyLimit: spec.bodyBytesMax }),
    // Before the body is read: whoever may not ask shall not make us parse megabytes either.
    onRequest: async (request) => {
      const caller = await callerOf(deps, request, listener, spec);
      request.setDecorator("caller", caller);
      assertMayDo(caller, spec.permission);
    },
    handler: async (request, reply) => {
      const caller = knownCaller(request, listener);
      const parsed = parseRequest(request, spec);
      const precondition = parsePrecondition(request, spec);
      const repeatable = parseRepeatable(request, id, spec);
      try {
        const handler = handlerOf(deps.handlers, id);
        const { parts, json, params } = parsed;
        const query = spec.stream === undefined ? parsed.query : placeInStream(request, parsed);
        const asked = { caller, params, query, json, parts, precondition, repeatable };
        // Parts hold passphrases, which are erased when they were used: those acts run once.
        const work = parts.length === 0 ? deps.work : deps.workOnce;
        const answer = await work(() => handler(asked));
        return await sendAnswer(reply, spec, answer);
      } finally {
        for (const part of parsed.parts) {
          part.fill(0); // it may have been a passphrase
        }
      }
    },
    errorHandler: (error, request, reply) => {
      const caller = knownCaller(request, listener);
      const { code, problem } = describeFailure(deps.logger, error, request.id);
      const answer = (): void => {
        sendProblem(reply, problem);
      };
      void deps.refused({ routeId: id, code, caller, params: request.params }).then(answer, answer);
    },
    onResponse: (request, reply, done) => {
      const { statusCode: status, elapsedTime: durationMs } = reply;
      const caller = knownCaller(request, listener);
      deps.observe({ routeId: id, status, durationMs, caller });
      done();
    },
  });
}

/** A header that says where the reader was says more than the URL with which it began. */
function placeInStream(request: FastifyRequest, { query }: { readonly query: unknown }): unknown {
  const after = lastEventId(request);
  return after === undefined ? query : { ...Object(query), after };
}

type AnyHandler = (request: {
  readonly caller: Caller;
  readonly params: unknown;
  readonly query: unknown;
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
  readonly precondition: Precondition;
  readonly repeatable: Repeatable | undefined;
}) => Promise<RouteAnswer<RouteId>>;

/** The table has checked the request, so the handler gets what its type says. */
function handlerOf(handlers: Handlers, id: RouteId): AnyHandler {
  return handlers[id] as AnyHandler;
}

/** A token decides wherever it is sent; without one the socket's caller is the administrator. */
async function callerOf(
  deps: HttpServerDeps,
  request: FastifyRequest,
  listener: Listener,
  spec: RouteSpec,
): Promise<Caller> {
  const caller = withoutToken(request, listener);
  // `/livez` must answer whoever asks, and without a database to look a token up in.
  const bearer = spec.permission === "anyone" ? undefined : bearerOf(request);
  const { source, requestId } = caller;
  return bearer === undefined ? caller : await deps.authenticate(bearer, { source, requestId });
}

function withoutToken(request: FastifyRequest, listener: Listener): Caller {
  return listener.kind === "socket"
    ? localAdministrator("socket", request.id)
    : { kind: "nobody", name: "nobody", source: request.ip, requestId: request.id };
}

/** Who it was, as far as that was found out before the request failed. */
function knownCaller(request: FastifyRequest, listener: Listener): Caller {
  const known: Caller | undefined = request.getDecorator("caller");
  return (
    known ?? {
      ...withoutToken(request, listener),
      ...(bearerOf(request) !== undefined && { kind: "nobody", name: "nobody" }),
    }
  );
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
        detail: `another program listens on ${where}; stop it, or choose another with --set listen=HOST:PORT`,
        cause,
      });
    }
    if (listener.kind === "tls" && cause instanceof Error && "code" in cause) {
      throw new CodedError("configuration-invalid", {
        detail: `listen: ${listener.host} cannot be listened on (${String(cause.code)})`,
        cause,
      });
    }
    throw cause;
  }
}
