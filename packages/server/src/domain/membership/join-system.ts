import {
  caKeyHash,
  CryptoError,
  equalBytes,
  NodeKeys,
  openCharter,
  openWarrant,
  warrantId,
  type Charter,
  type JoinToken,
  type RandomSource,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import type { NewStateDirectory } from "../system/new-state-directory.ts";
import type { SystemReader } from "../system/system-store.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { Admission } from "../node/admission.ts";
import type { Greeting, JoinConnection, JoinTransport } from "../node/join-transport.ts";
import type { NodeSelf } from "../node/node-identity.ts";

/** A state directory in the making for a node that joins. */
export interface JoiningStateDirectory extends NewStateDirectory {
  /**
   * The keys that an interrupted `join` with the same token left: the master secret server may
   * have admitted them already, and would admit no others.
   */
  earlierKeys(): Promise<NodeKeys | undefined>;
  /** Keeps the first certificate (DER, the leaf first), with which the node asks for the next. */
  keepCertificate(chain: readonly Uint8Array[]): Promise<void>;
}

export interface JoinDeps {
  readonly transport: JoinTransport;
  readonly stateDirectory: JoiningStateDirectory;
  /** The SSO database that the new node will use. */
  readonly database: Reads<{ readonly system: SystemReader }>;
  readonly random: RandomSource;
}

export interface JoinRequest {
  readonly token: JoinToken;
  readonly name: string;
  /** `HOST:PORT` where others will reach it. */
  readonly addresses: readonly string[];
}

export interface JoinedNode {
  readonly self: NodeSelf;
  readonly warrant: Warrant;
  readonly charter: Charter;
}

/** For each step at one address. */
const STEP_MS_MAX = 10_000;
/** How often all addresses are tried: an admission whose answer was lost is asked for again. */
const ROUNDS_MAX = 3;

/**
 * Makes this machine a node of the token's system. Nothing secret is sent before whoever answers
 * has shown the certificate authority that the token names, a candidate's warrant by the authority
 * that the token names, and the key of that warrant. If the answer is lost the keys stay, so that
 * the same command can be given again. Throws `system-mismatch`, `join-server-refused`,
 * `node-unreachable`, `outcome-unknown`, and what `admitNode` throws.
 */
export async function joinSystem(deps: JoinDeps, request: JoinRequest): Promise<JoinedNode> {
  const { token } = request;
  await assertDatabaseOf(deps, token);
  const earlier = await deps.stateDirectory.earlierKeys();
  const self: NodeSelf = {
    systemId: token.systemId,
    nodeId: token.nodeId,
    name: request.name,
    authorityKey: token.authorityKey,
    keys: earlier ?? NodeKeys.generate(deps.random),
  };
  await deps.stateDirectory.prepare(self);
  const admission = await admissionOrNothing(deps, self, request, earlier !== undefined);
  const joined = ownStatements(self, token, admission);
  const { incarnation, serial: charterSerial, keyringRevision } = joined.charter;
  await deps.stateDirectory.keepCertificate(admission.chain);
  const seen = { incarnation, charterSerial, keyringRevision, epoch: 0n };
  await deps.stateDirectory.publish(self, seen);
  return { self, ...joined };
}

async function assertDatabaseOf({ database }: JoinDeps, { systemId }: JoinToken): Promise<void> {
  const found = await database.read(({ system }) => system.find());
  if (found?.systemId !== systemId) {
    throw new CodedError("system-mismatch", {
      detail:
        `the join token is of system ${systemId}, the database of ` +
        `${found?.systemId ?? "none"}; give the database that the other nodes use`,
    });
  }
}

/** Leaves nothing behind, unless these keys may have been admitted. */
async function admissionOrNothing(
  deps: JoinDeps,
  self: NodeSelf,
  request: JoinRequest,
  areKeysKnown: boolean,
): Promise<Admission> {
  try {
    return await askForAdmission(deps, self, request);
  } catch (error) {
    const mayBeAdmitted = isCoded(error, "outcome-unknown") || (areKeysKnown && !isFinal(error));
    if (!mayBeAdmitted) {
      await deps.stateDirectory.abandon();
    }
    throw error;
  }
}

function isFinal(error: unknown): boolean {
  return isCoded(
    error,
    "invitation-refused",
    "invitation-expired",
    "invitation-used",
    "request-invalid",
  );
}

/** What another candidate, or the same one later, may answer otherwise. */
const PASSING = [
  "node-unreachable",
  "join-server-refused",
  "not-master-secret-server",
  "epoch-fenced",
  "database-unavailable",
  "database-locked",
  "outcome-unknown",
] as const;

/** Asks the candidates one after the other; fails with the most telling of what they said. */
async function askForAdmission(
  deps: JoinDeps,
  self: NodeSelf,
  request: JoinRequest,
): Promise<Admission> {
  const problems: CodedError[] = [];
  const isUnknown = (): boolean => problems.some(({ code }) => code === "outcome-unknown");
  for (let round = 1; round === 1 || (isUnknown() && round <= ROUNDS_MAX); round += 1) {
    for (const address of request.token.addresses) {
      try {
        return await askAt(deps, self, request, address);
      } catch (error) {
        if (!(error instanceof CodedError) || !isCoded(error, ...PASSING)) {
          throw error;
        }
        problems.push(error);
      }
    }
  }
  const telling = ["outcome-unknown", "join-server-refused"].flatMap((code) =>
    problems.filter((problem) => problem.code === code),
  );
  const [first] = [
    ...telling,
    ...problems.filter(({ code }) => code !== "node-unreachable"),
    ...problems,
  ];
  throw first ?? new CodedError("node-unreachable");
}

async function askAt(
  { transport }: JoinDeps,
  self: NodeSelf,
  { token, name, addresses }: JoinRequest,
  address: string,
): Promise<Admission> {
  const ca = await transport.presentedCa(address, STEP_MS_MAX);
  if (!equalBytes(caKeyHash(ca.publicKey), token.caKeyHash)) {
    throw refusedServer(`${address} shows another certificate authority`);
  }
  const connection = await transport.connect(address, ca, STEP_MS_MAX);
  try {
    await assertCandidate(token, connection, address);
    return await token.secret.use((secret) =>
      connection.admit({
        ...self.keys.publicKeys,
        invitationId: token.nodeId,
        secret,
        name,
        addresses,
      }),
    );
  } finally {
    connection.close();
  }
}

async function assertCandidate(
  token: JoinToken,
  connection: JoinConnection,
  address: string,
): Promise<void> {
  const warrant = statementsIn(token, await connection.greeting())?.warrant;
  if (warrant?.role !== "candidate" || !equalBytes(warrant.tlsKey, connection.serverTlsKey)) {
    throw refusedServer(`${address} is no candidate of the system`);
  }
}

/** The new node's own, which must be of this node and these keys. */
function ownStatements(
  { nodeId, keys }: NodeSelf,
  token: JoinToken,
  admission: Admission,
): Pick<JoinedNode, "warrant" | "charter"> {
  const statements = statementsIn(token, admission);
  const { tlsKey, hpkeKey, statementKey } = keys.publicKeys;
  if (
    statements?.warrant.nodeId !== nodeId ||
    !equalBytes(statements.warrant.tlsKey, tlsKey) ||
    !equalBytes(statements.warrant.hpkeKey, hpkeKey) ||
    !equalBytes(statements.warrant.statementKey, statementKey)
  ) {
    throw new CodedError("join-server-refused", {
      detail: "the master secret server answered with the warrant of another node; revoke this one",
    });
  }
  return statements;
}

/** What is in notes by the authority that the token names; undefined if forged or revoked. */
function statementsIn(
  { systemId, authorityKey }: JoinToken,
  notes: Greeting,
): Pick<JoinedNode, "warrant" | "charter"> | undefined {
  try {
    const charter = openCharter(notes.charter, systemId, authorityKey);
    const warrant = openWarrant(notes.warrant, systemId, authorityKey);
    const isRevoked =
      charter.revokedNodes.includes(warrant.nodeId) ||
      charter.revokedWarrants.includes(warrantId(notes.warrant));
    return isRevoked ? undefined : { charter, warrant };
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}

function refusedServer(problem: string): CodedError {
  return new CodedError("join-server-refused", {
    detail: `${problem}; the secret of the token was not sent there`,
  });
}
