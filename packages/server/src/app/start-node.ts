import inspector from "node:inspector";
import type { SystemId } from "@chatelaine/crypto";
import { ROUTES, type Health } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { SsoDatabase, SsoDatabaseLocation } from "../domain/store/sso-database.ts";
import {
  startHttpServer,
  type Answered,
  type HttpServer,
  type HttpServerDeps,
} from "../http/http-server.ts";
import { makeHandlers } from "../http/handlers.ts";
import { databaseFiles } from "../platform/database-files.ts";
import { removeFile } from "../platform/files.ts";
import type { Logger } from "../platform/logger.ts";
import {
  assertProcessSafe,
  mayDumpCore,
  maySwap,
  readProcFile,
  type ProcessFacts,
} from "../platform/process-safety.ts";
import { pause } from "../platform/scheduler.ts";
import { acquireLock, type HeldLock } from "../storage/sqlite/state-directory-lock.ts";
import { callerListener, callerUrl, type CallerListener } from "./caller-listener.ts";
import { parseConfig, type Config } from "./config.ts";
import { ClusterNetwork } from "./cluster-network.ts";
import { databaseLocation, openDatabase } from "./database-location.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import { EventLog } from "./event-log.ts";
import { Metrics } from "./metrics.ts";
import { makeOutageParts } from "./outage-parts.ts";
import { NodeRuntime } from "./node-runtime.ts";
import { RequestIds } from "./request-ids.ts";
import { RefusalRecorder } from "./refusal-recorder.ts";
import { StateDirectory } from "./state-directory.ts";

export interface StartRequest {
  readonly stateDirectory: string;
  /** `NAME=VALUE`, over those of `config.json`. */
  readonly settings: readonly string[];
  readonly software: string;
  readonly makeLogger: (level: Config["logLevel"]) => Logger;
  readonly nodeOptions: string | undefined;
}

export interface RunningNode {
  readonly url: string;
  readonly systemId: SystemId;
  readonly nodeName: string;
  health(): Health;
  /** Whether no backup elsewhere has been verified. */
  isTrial(): Promise<boolean>;
  /** Resolves once the node has opened its database, however that ended. */
  readonly opened: Promise<void>;
  /** Steps down, ends what is under way, closes everything. */
  stop(): Promise<void>;
}

const DATABASE_RETRY_MS = 1000;

/**
 * Starts the node of a state directory. It answers `/livez` at once and opens its database as
 * soon as that can be reached.
 */
export async function startNode(request: StartRequest): Promise<RunningNode> {
  const facts = processFacts(request.nodeOptions);
  assertProcessSafe(facts);
  const directory = new StateDirectory(request.stateDirectory);
  const self = await directory.self();
  await directory.assertSafe();
  const config = parseConfig(await directory.configText(), request.settings);
  const lock = await lockDirectory(directory);
  try {
    return await startLocked(request, { directory, self, config, facts, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Prepared {
  readonly directory: StateDirectory;
  readonly self: NodeSelf;
  readonly config: Config;
  readonly facts: ProcessFacts;
  readonly lock: HeldLock;
}

async function startLocked(request: StartRequest, prepared: Prepared): Promise<RunningNode> {
  const { directory, self, config, lock } = prepared;
  const logger = request.makeLogger(config.logLevel).child({ nodeId: self.nodeId });
  const metrics = new Metrics(request.software);
  const events = new EventLog(logger, metrics, SYSTEM_EFFECTS.clock);
  tellStart(events, request.software, prepared);
  const location = await databaseLocation(SYSTEM_EFFECTS, await directory.locator(), () =>
    directory.databaseUrl(),
  );
  const network = await prepareNetwork(prepared, events, logger);
  const callers = await callerListener({ config, ...SYSTEM_EFFECTS, logger, network });
  const outage = await makeOutageParts({ ...SYSTEM_EFFECTS, config, directory, self, events });
  const runtime = new NodeRuntime({
    self,
    seen: directory,
    timings: config.mastership,
    cachedSecret: config.cachedSecret,
    network: { roster: network.roster, peers: network.peers, listener: network },
    software: request.software,
    databaseKind: location.kind,
    report: { events, metrics },
    outage,
  });
  const requestIds = new RequestIds(SYSTEM_EFFECTS.random);
  const refusals = new RefusalRecorder(runtime, events, SYSTEM_EFFECTS.clock);
  const servers = await listen(directory, callers, {
    ...answering(runtime, request.software),
    refused: (refusal) => refusals.tell(refusal),
    logger,
    newRequestId: () => requestIds.next(),
    observe: (answered) => {
      tell(answered, logger, metrics);
    },
  }).catch(async (error: unknown) => {
    await outage.stop();
    throw error;
  });
  const stopping = new AbortController();
  const opened = openWhenReachable(location, runtime, stopping.signal, logger);
  return {
    url: callerUrl(config, servers.callers.port ?? 0),
    systemId: self.systemId,
    nodeName: self.name,
    health: () => runtime.health(),
    isTrial: async () => (await runtime.secret.status()).trial,
    opened,
    stop: async () => {
      stopping.abort();
      await opened.catch(() => undefined); // its failure was reported where it is awaited
      callers.stop();
      await Promise.all([servers.callers.close(), servers.socket.close()]);
      await runtime.stop();
      await removeFile(directory.socketPath);
      events.raise("node.stopped");
      await outage.stop();
      lock.release();
    },
  };
}

function tellStart(
  events: EventLog,
  version: string,
  { self: { systemId }, facts }: Pick<Prepared, "self" | "facts">,
): void {
  events.raise("node.starting", { version, systemId });
  if (mayDumpCore(facts)) {
    events.raise("node.core-dumps-possible");
  }
  if (maySwap(facts)) {
    events.raise("node.swap-possible");
  }
}

async function prepareNetwork(
  { self, directory, config }: Prepared,
  events: EventLog,
  logger: Logger,
): Promise<ClusterNetwork> {
  const network = new ClusterNetwork({
    ...SYSTEM_EFFECTS,
    ...{ self, directory, events, logger },
    config: config.cluster,
    isShownToCallers: config.tls?.kind === "system",
  });
  await network.prepare();
  return network;
}

/** What the listeners for callers ask of the node. */
function answering(
  runtime: NodeRuntime,
  software: string,
): Pick<HttpServerDeps, "handlers" | "work" | "workOnce" | "authenticate"> {
  return {
    handlers: makeHandlers(runtime, software),
    work: (run) => runtime.work(run),
    workOnce: (run) => runtime.workOnce(run),
    authenticate: (bearer, origin) => runtime.authenticate(bearer, origin),
  };
}

function tell(answered: Answered, logger: Logger, metrics: Metrics): void {
  const { routeId, status, durationMs, caller } = answered;
  metrics.request(routeId, status, durationMs);
  // Whoever watches the health asks every few seconds; that is no news.
  const level = ROUTES[routeId].permission === "anyone" ? "debug" : "info";
  const { name, source, requestId } = caller;
  const ms = Math.round(durationMs * 1000) / 1000;
  logger.log(level, "request.answered", { requestId, routeId, status, ms, caller: name, source });
}

async function lockDirectory(directory: StateDirectory): Promise<HeldLock> {
  const lock = await acquireLock(directory.lockPath, databaseFiles);
  if (lock === undefined) {
    throw new CodedError("state-directory-in-use", {
      detail: `a node already runs on ${directory.path}; stop it first`,
    });
  }
  return lock;
}

async function listen(
  directory: StateDirectory,
  listening: CallerListener,
  deps: HttpServerDeps,
): Promise<{ readonly callers: HttpServer; readonly socket: HttpServer }> {
  const callers = await startHttpServer(deps, listening.listener);
  try {
    // Left by a process that was killed: the lock says that it is dead.
    await removeFile(directory.socketPath);
    const socket = await startHttpServer(deps, { kind: "socket", path: directory.socketPath });
    listening.follow(callers);
    return { callers, socket };
  } catch (error) {
    await callers.close();
    throw error;
  }
}

/** A database that is not there yet may come; anything else that is wrong ends the start. */
async function openWhenReachable(
  location: SsoDatabaseLocation,
  runtime: NodeRuntime,
  stopping: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { scheduler } = SYSTEM_EFFECTS;
  while (!stopping.aborted) {
    try {
      await openOnce(await openDatabase(location), runtime);
      return;
    } catch (error) {
      if (!isCoded(error, "database-unavailable", "database-locked")) {
        throw error;
      }
      runtime.waitFor(`the SSO database at ${location.display}`);
      logger.log("warn", "database.retried", { code: error.code, ...error.internal });
      await pause(scheduler, DATABASE_RETRY_MS, stopping);
    }
  }
}

async function openOnce(database: SsoDatabase, runtime: NodeRuntime): Promise<void> {
  try {
    await runtime.open(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function processFacts(nodeOptions: string | undefined): ProcessFacts {
  return {
    execArgv: process.execArgv,
    nodeOptions,
    isInspectorOpen: inspector.url() !== undefined,
    limits: readProcFile("self/limits"),
    swaps: readProcFile("swaps"),
  };
}
