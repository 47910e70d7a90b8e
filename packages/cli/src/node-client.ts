import { CryptoError, parseApiToken } from "@chatelaine/crypto";
import { ChatelaineClient } from "@chatelaine/sdk";
import { CodedError, StateDirectory, readWholeFile } from "@chatelaine/server";
import type {
  CommandContext,
  GlobalOptions,
  Manner,
  NodeOptions,
  StreamTransport,
} from "./command-context.ts";
import { retriedOnce } from "./retried-once.ts";
import { findStateDirectory } from "./state-dir.ts";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** How a node is reached. */
type Way =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "url"; readonly origin: string; readonly token: string | undefined };

/**
 * The node of the state directory, called on its own socket, where the caller is the local
 * administrator. Throws `system-not-found`.
 */
export async function localNode(
  context: CommandContext,
  options: GlobalOptions,
  manner: Manner = {},
): Promise<ChatelaineClient> {
  return clientOf(context, await localWay(context, options), manner);
}

/**
 * The node that a command means: `--server`, or the state directory if one was named, or
 * `CHATELAINE_URL`, or the state directory that is found. Throws `system-not-found`,
 * `request-invalid`, `authentication-required`, `file-unreadable`.
 */
export async function findNode(
  context: CommandContext,
  options: NodeOptions,
  manner: Manner = {},
): Promise<ChatelaineClient> {
  return clientOf(context, await findWay(context, options), manner);
}

/** The same node, for an answer that goes on. */
export async function findStream(
  context: CommandContext,
  options: NodeOptions,
): Promise<StreamTransport> {
  const way = await findWay(context, options);
  return way.kind === "socket"
    ? context.transports.socketStream(way.path)
    : context.transports.urlStream(way.origin, way.token);
}

function clientOf({ transports }: CommandContext, way: Way, manner: Manner): ChatelaineClient {
  const transport =
    way.kind === "socket"
      ? transports.socket(way.path, manner)
      : transports.url(way.origin, way.token, manner);
  return new ChatelaineClient(retriedOnce(transport));
}

async function localWay(
  { environment }: CommandContext,
  options: GlobalOptions,
): Promise<Extract<Way, { kind: "socket" }>> {
  const directory = new StateDirectory(findStateDirectory(options.stateDir, environment));
  if (!(await directory.isThere())) {
    throw new CodedError("system-not-found", {
      detail: `${directory.path} is not the state directory of a node`,
    });
  }
  return { kind: "socket", path: directory.socketPath };
}

async function findWay(context: CommandContext, options: NodeOptions): Promise<Way> {
  const { environment } = context;
  const isLocal = options.stateDir !== undefined;
  const url = options.server ?? (isLocal ? undefined : nonEmpty(environment["CHATELAINE_URL"]));
  if (url === undefined) {
    if (options.tokenFile !== undefined) {
      throw new CodedError("request-invalid", {
        detail: "a token is for --server URL; on the node's own socket you need none",
      });
    }
    return await localWay(context, options);
  }
  const tokenFile = options.tokenFile ?? nonEmpty(environment["CHATELAINE_TOKEN_FILE"]);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  return { kind: "url", origin: parseServerUrl(url, token !== undefined), token };
}

/** A token on an open wire is everybody's. */
function parseServerUrl(text: string, carriesToken: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === undefined || !isHttp || url.pathname !== "/" || url.username !== "") {
    throw new CodedError("request-invalid", {
      detail: `${url === undefined || url.username === "" ? text : "the URL"} is not the address of a node; write it as http://127.0.0.1:4870`,
    });
  }
  if (carriesToken && url.protocol === "http:" && !LOOPBACK.includes(url.hostname)) {
    throw new CodedError("request-invalid", {
      detail: `the token would go to ${url.host} in clear; use https, or a tunnel to 127.0.0.1`,
    });
  }
  return url.origin;
}

/** The first line of the file. Its text becomes a header, so it cannot stay bytes. */
async function readToken(path: string): Promise<string> {
  const bytes = await readWholeFile(path);
  const [line = ""] = new TextDecoder().decode(bytes).split("\n", 1);
  bytes.fill(0);
  try {
    parseApiToken(line.trim());
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("authentication-required", {
        detail: `${path} holds no API token, which begins with chat_`,
        cause,
      });
    }
    throw cause;
  }
  return line.trim();
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
