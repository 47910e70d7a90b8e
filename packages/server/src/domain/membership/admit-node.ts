import {
  CryptoError,
  equalBytes,
  isWarrant,
  joinSecretHash,
  parseNodeId,
  signWarrant,
  toBase64,
  type Invitation,
  type NodeId,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { parseHostPort } from "../../base/host-port.ts";
import type { Caller } from "../access/caller.ts";
import type { Disclosures } from "../audit/disclosures.ts";
import { recordingRefusals } from "../audit/record-refusal.ts";
import type { Admission, AdmissionRequest } from "../node/admission.ts";
import type { CertificateIssuer } from "../node/certificate-issuer.ts";
import {
  changeNodes,
  signedCharter,
  type ChangeNodesDeps,
  type PreparedChange,
} from "./change-nodes.ts";
import type { InvitationRow } from "../node/invitation-store.ts";
import type { LoadedAuthority } from "./load-authority.ts";
import { nextCharter } from "./next-charter.ts";
import { NODES_MAX, type NodeRow } from "../node/node-store.ts";
import { sealToCandidate } from "./seal-to-candidate.ts";

export interface AdmitNodeDeps extends ChangeNodesDeps {
  readonly issuer: CertificateIssuer;
  readonly disclosures: Disclosures;
  /** Whether this node is the master secret server; asked before anything is compared. */
  readonly isMaster: () => boolean;
}

/**
 * Redeems a join token: use of the invitation, warrant, serial of the charter and, for a
 * candidate, the sealed keyring are one fenced transaction. The same request with the same keys
 * gets the same admission again, because an answer can be lost. `source` is where it came from.
 * Throws `not-master-secret-server`, `request-invalid`, `invitation-refused`,
 * `invitation-expired`, `invitation-used`, and what `changeNodes` throws.
 */
export async function admitNode(
  deps: AdmitNodeDeps,
  request: AdmissionRequest,
  source: string,
): Promise<Admission> {
  if (!deps.isMaster()) {
    throw new CodedError("not-master-secret-server", {
      detail: "a join token is redeemed at the master secret server; ask another candidate",
    });
  }
  const nodeId = parseInvitationId(request.invitationId);
  if (await isUnknown(deps, nodeId)) {
    throw refused(); // and not recorded: anybody can send ids that nothing has
  }
  const caller: Caller = { kind: "nobody", name: `invitation:${nodeId}`, source, requestId: "" };
  const refusals = { disclosures: deps.disclosures, auditor: deps.records.auditor };
  const { admission, isNew } = await recordingRefusals(refusals, caller, "node.join", () =>
    changeNodes(deps, "node.join", (loaded) => prepare(deps, loaded, { nodeId, request, caller })),
  );
  if (isNew) {
    deps.records.events.raise("node.admitted", { node: nodeId, name: request.name });
  }
  return admission;
}

interface Joining {
  readonly nodeId: NodeId;
  readonly request: AdmissionRequest;
  readonly caller: Caller;
}

interface Joined {
  readonly admission: Admission;
  readonly isNew: boolean;
}

function parseInvitationId(text: string): NodeId {
  try {
    return parseNodeId(text);
  } catch (error) {
    throw error instanceof CryptoError ? refused() : error;
  }
}

/** One message for an unknown invitation and for a wrong secret: neither is told apart. */
function refused(): CodedError {
  return new CodedError("invitation-refused", {
    detail: "make a new join token with `chatelaine node invite` on a candidate",
  });
}

async function isUnknown(deps: AdmitNodeDeps, nodeId: NodeId): Promise<boolean> {
  const row = await deps.database.read(({ invitations }) => invitations.find(nodeId));
  return row === undefined;
}

async function prepare(
  deps: AdmitNodeDeps,
  loaded: LoadedAuthority,
  joining: Joining,
): Promise<PreparedChange<Joined>> {
  const { nodeId, request } = joining;
  const { row, nodes } = await deps.database.read(async (stores) => ({
    row: await stores.invitations.find(nodeId),
    nodes: await stores.nodes.list(),
  }));
  const invitation = believedInvitation(deps, joining, row);
  if (loaded.charter.revokedNodes.includes(nodeId)) {
    throw used();
  }
  const earlier = nodes.find((node) => node.nodeId === nodeId);
  if (earlier !== undefined) {
    return await repeated(deps, loaded, joining, earlier);
  }
  if (row?.redeemedAtMs !== undefined) {
    throw used();
  }
  if (deps.records.clock.wallTime() >= invitation.expiresAtMs) {
    throw new CodedError("invitation-expired", {
      detail: "make a new join token with `chatelaine node invite` on a candidate",
    });
  }
  assertRoom(nodes, request);
  return await admitted(deps, loaded, joining, invitation);
}

/** The invitation, once its note is authentic and the secret is its. */
function believedInvitation(
  deps: AdmitNodeDeps,
  { nodeId, request }: Joining,
  row: InvitationRow | undefined,
): Invitation {
  if (row === undefined) {
    throw refused();
  }
  const invitation = deps.trust.invitation(nodeId, row.note);
  if (!equalBytes(joinSecretHash(request.secret), invitation.secretHash)) {
    throw refused();
  }
  return invitation;
}

function used(): CodedError {
  return new CodedError("invitation-used", {
    detail:
      "a node was made with this join token; if it is not yours, revoke it with `chatelaine node " +
      "revoke`, and make a new token with `chatelaine node invite`",
  });
}

/** A joiner that lost the answer proves by its keys that it is the one that was admitted. */
async function repeated(
  deps: AdmitNodeDeps,
  loaded: LoadedAuthority,
  { nodeId, request }: Joining,
  row: NodeRow,
): Promise<PreparedChange<Joined>> {
  const warrants = await deps.database.read((stores) =>
    deps.trust.liveWarrants(stores, loaded.charter),
  );
  const warrant = warrants.find((one) => one.nodeId === nodeId);
  const isSame =
    warrant !== undefined &&
    equalBytes(warrant.tlsKey, request.tlsKey) &&
    equalBytes(warrant.hpkeKey, request.hpkeKey) &&
    equalBytes(warrant.statementKey, request.statementKey);
  if (!isSame) {
    throw used();
  }
  const issued = await deps.issuer.issue(loaded.caKey, warrant);
  const notes = { warrant: row.warrant, charter: loaded.charterNote };
  const admission = { ...issued, nodeId, ...notes };
  return { write: undefined, result: { admission, isNew: false } };
}

/** Two nodes with one key could not be told apart. */
function assertRoom(nodes: readonly NodeRow[], request: AdmissionRequest): void {
  if (nodes.length >= NODES_MAX) {
    throw new CodedError("node-not-changeable", {
      detail: `a system has at most ${String(NODES_MAX)} nodes; revoke those that are gone`,
    });
  }
  const keys = [request.tlsKey, request.hpkeKey, request.statementKey].map(toBase64);
  if (nodes.some(({ warrant }) => keys.some((key) => warrant.includes(key)))) {
    throw new CodedError("request-invalid", {
      detail: "one of these keys is another node's; a node has keys of its own",
    });
  }
}

async function admitted(
  deps: AdmitNodeDeps,
  loaded: LoadedAuthority,
  { nodeId, request, caller }: Joining,
  { role }: Invitation,
): Promise<PreparedChange<Joined>> {
  const charter = nextCharter(loaded.charter, {});
  const warrant = warrantFor(nodeId, role, request, charter.serial);
  const note = signWarrant(loaded.authority, deps.self.systemId, warrant);
  const charterNote = signedCharter(deps, loaded, charter);
  const sealed = await sealToCandidate(deps, loaded.secrets, warrant);
  const issued = await deps.issuer.issue(loaded.caKey, warrant);
  const about = { nodeId, name: request.name, role };
  return {
    result: { admission: { ...issued, nodeId, warrant: note, charter: charterNote }, isNew: true },
    write: async (stores) => {
      if (!(await stores.invitations.redeem(nodeId, deps.records.clock.wallTime()))) {
        throw used();
      }
      await stores.charter.put({ serial: charter.serial, note: charterNote });
      await stores.nodes.put({ nodeId, warrant: note });
      if (sealed !== undefined) {
        await stores.sealedKeyrings.put(sealed);
      }
      await stores.audit.record(deps.records.auditor.entry(caller, "node.join", about));
    },
  };
}

/** Throws `request-invalid` for names, addresses and keys that no warrant carries. */
function warrantFor(
  nodeId: NodeId,
  role: Invitation["role"],
  { name, addresses, tlsKey, hpkeKey, statementKey }: AdmissionRequest,
  admissionSerial: bigint,
): Warrant {
  const keys = { tlsKey, hpkeKey, statementKey };
  const warrant = { nodeId, name, role, admissionSerial, ...keys, names: [], addresses };
  const isReachable = role === "member" || addresses.length > 0;
  if (!isWarrant(warrant) || !addresses.every(isAddress) || !isReachable) {
    throw new CodedError("request-invalid", {
      detail:
        "a node has a name of 1 to 64 characters, three keys, and addresses HOST:PORT; a " +
        "candidate has at least one",
    });
  }
  return warrant;
}

function isAddress(address: string): boolean {
  const parsed = parseHostPort(address);
  return parsed !== undefined && parsed.port > 0;
}
