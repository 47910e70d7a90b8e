import { CryptoError, parseJoinToken, type JoinToken, type SecretBytes } from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import { tlsJoinTransport } from "../cluster/transport/tls-join-transport.ts";
import { joinSystem, type JoinedNode } from "../domain/membership/join-system.ts";
import { parseConfig } from "./config.ts";
import { databaseLocation, openDatabase } from "./database-location.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import { defaultNodeName, locatorOf, type NodePlace } from "./init-system.ts";
import { StateDirectory } from "./state-directory.ts";

export interface JoinSystemRequest extends NodePlace {
  /** The join token in ASCII; it stays the caller's. */
  readonly token: SecretBytes;
  readonly nodeName: string | undefined;
  /** `HOST:PORT` where others will reach this node. */
  readonly advertise: string;
  /** `HOST:PORT` on which it listens for them; undefined: as `advertise`. */
  readonly listen?: string | undefined;
}

/**
 * `chatelaine join`: makes this machine a node. Throws `join-token-unreadable`,
 * `configuration-invalid` for addresses that are none, and what
 * `joinSystem` and opening the database throw.
 */
export async function joinExistingSystem(request: JoinSystemRequest): Promise<JoinedNode> {
  const token = readToken(request.token);
  using secret = token.secret;
  const { advertise, listen = advertise } = request;
  parseConfig(undefined, [`cluster.listen=${listen}`, `cluster.advertise=${advertise}`]);
  const directory = new StateDirectory(request.stateDirectory);
  const locator = locatorOf(directory, request);
  const location = await databaseLocation(SYSTEM_EFFECTS, locator, () =>
    Promise.resolve(request.databaseUrl ?? ""),
  );
  const database = await openDatabase(location);
  try {
    return await joinSystem(
      {
        transport: tlsJoinTransport(SYSTEM_EFFECTS.scheduler),
        stateDirectory: directory.join(locator, request.databaseUrl, token.nodeId, {
          cluster: { listen, advertise },
        }),
        database,
        random: SYSTEM_EFFECTS.random,
      },
      {
        token: { ...token, secret },
        name: request.nodeName ?? defaultNodeName(),
        addresses: [advertise],
      },
    );
  } finally {
    await database.close();
  }
}

function readToken(text: SecretBytes): JoinToken {
  try {
    return parseJoinToken(text);
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("join-token-unreadable", {
        detail:
          cause.code === "unknown-version"
            ? "a join token begins with chatjoin_; if this one does, it is of a newer version"
            : "the join token was mistyped or cut; copy the whole line",
        cause,
      });
    }
    throw cause;
  }
}
