import { DatabaseSync } from "node:sqlite";
import { NodeKeys, parseJoinToken, type JoinToken, type NodeRole } from "@chatelaine/crypto";
import { SystemCertificates } from "../../src/cluster/certificates/system-certificates.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import type { AdmissionRequest } from "../../src/domain/node/admission.ts";
import type { AdmitNodeDeps } from "../../src/domain/membership/admit-node.ts";
import { issueInvitation } from "../../src/domain/membership/issue-invitation.ts";
import { readvertise } from "../../src/domain/membership/readvertise.ts";
import { postgresLocation } from "../../src/storage/postgres/postgres-location.ts";
import { asSuperuser } from "./composed-node.ts";
import { CALLER, EFFECTS, makePlace, type TestNode, type TestPlace } from "./test-system.ts";

/** A place for a system, and what somebody can do there who writes the database. */
export interface OpenPlace {
  readonly place: TestPlace;
  execute(sql: string): Promise<void>;
  discard(): Promise<void>;
}

export type MakeOpenPlace = () => Promise<OpenPlace>;

export async function openSqlitePlace(): Promise<OpenPlace> {
  const place = makePlace();
  return {
    place,
    execute: async (sql) => {
      using database = new DatabaseSync(place.path);
      database.exec(sql);
    },
    discard: async () => {
      place.discard();
    },
  };
}

/** In a database of its own on the server. */
export async function openPostgresPlace(serverUrl: string, name: string): Promise<OpenPlace> {
  await asSuperuser(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  const location = postgresLocation(url.href, EFFECTS);
  return {
    place: { path: url.pathname, location, discard: () => undefined },
    execute: (sql) => asSuperuser(url.href, sql),
    discard: () => asSuperuser(serverUrl, `drop database ${name} with (force)`),
  };
}

export const FIRST_ADDRESS = "first.example:4871";

/** The use cases that change who belongs to the system, as the master secret server has them. */
export function joiningDeps(node: TestNode): AdmitNodeDeps {
  const { database, trust, self, role, random, disclosures } = node;
  return {
    database,
    trust,
    self,
    role,
    sealing: hpkeSealing(random),
    records: node,
    issuer: new SystemCertificates(self.systemId, node.clock),
    disclosures,
    isMaster: () => true,
  };
}

/** A join token of a system whose master secret server can be reached. */
export async function inviteTo(
  deps: AdmitNodeDeps,
  role: NodeRole,
  ttlMinutes?: number,
): Promise<JoinToken> {
  await readvertise(deps, [FIRST_ADDRESS]);
  const parameters = { role, ...(ttlMinutes !== undefined && { ttlMinutes }) };
  const { token } = await issueInvitation(deps, CALLER, parameters);
  using text = token;
  return parseJoinToken(text);
}

/** What a machine with these keys asks that was given the token. */
export function requestOf(
  token: JoinToken,
  keys = NodeKeys.generate(EFFECTS.random),
  changes: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  return {
    ...keys.publicKeys,
    invitationId: token.nodeId,
    secret: token.secret.use((bytes) => bytes.slice()),
    name: "second",
    addresses: ["second.example:4871"],
    ...changes,
  };
}
