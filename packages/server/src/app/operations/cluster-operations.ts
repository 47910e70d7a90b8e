import type { Warrant } from "@chatelaine/crypto";
import { SystemCertificates } from "../../cluster/certificates/system-certificates.ts";
import type { PeerHandlers } from "../../cluster/peer-acts.ts";
import type { Caller } from "../../domain/access/caller.ts";
import type { AuditAction } from "../../domain/audit/audit-action.ts";
import { recordingRefusals } from "../../domain/audit/record-refusal.ts";
import type { Seen } from "../../domain/charter/seen.ts";
import { hpkeSealing } from "../../domain/keyring/keyring-sealing.ts";
import type { IssuedCertificate } from "../../domain/node/admission.ts";
import { admitNode } from "../../domain/membership/admit-node.ts";
import { issueInvitation } from "../../domain/membership/issue-invitation.ts";
import { issueNodeCertificate } from "../../domain/membership/issue-certificate.ts";
import { listNodes, showNode } from "../../domain/membership/list-nodes.ts";
import { promoteNode } from "../../domain/membership/promote-node.ts";
import { readvertise } from "../../domain/membership/readvertise.ts";
import { revokeNode } from "../../domain/membership/revoke-node.ts";
import { acceptDatabase } from "../../domain/membership/accept-database.ts";
import type { ClusterOperations } from "../../http/node-operations.ts";
import type { GetOpenNode, OpenNode } from "../open-node.ts";

/** The highest that each other node has seen that can be reached now. */
export type SeenByOthers = () => Promise<readonly Seen[]>;

export function clusterOperations(
  open: GetOpenNode,
  seenByOthers: SeenByOthers,
): ClusterOperations {
  return {
    list: async () => listNodes(open()),
    show: async (node) => showNode(open(), node),
    invite: async (caller, parameters) => {
      const { view, token } = await changing(open(), caller, "node.invite", (node) =>
        issueInvitation(changeDeps(node), caller, parameters),
      );
      using secret = token;
      // Nothing of it is in JSON, which would be text that cannot be overwritten.
      return { view, token: secret.use((bytes) => bytes.slice()) };
    },
    promote: async (caller, nodeId) =>
      changing(open(), caller, "node.promote", (node) =>
        promoteNode(changeDeps(node), caller, nodeId),
      ),
    revoke: async (caller, nodeId) =>
      changing(open(), caller, "node.revoke", (node) =>
        revokeNode(changeDeps(node), caller, nodeId),
      ),
    acceptDatabase: async (caller) => {
      const { view } = await changing(open(), caller, "system.accept-database", (node) =>
        acceptDatabase({ ...changeDeps(node), ...acceptDeps(node, seenByOthers) }, caller),
      );
      return view;
    },
  };
}

/** What other nodes and joiners may ask of a node that holds the keys of authority and CA. */
export function authorityActs(open: GetOpenNode): {
  readonly admit: PeerHandlers["admit"];
  certificate(warrant: Warrant): Promise<IssuedCertificate>;
  /** See `readvertise`; for the master secret server. */
  readvertise(addresses: readonly string[]): Promise<Warrant | undefined>;
} {
  return {
    admit: async (request, source) => {
      const node = open();
      const deps = { ...changeDeps(node), ...issuing(node), disclosures: node.disclosures };
      const isMaster = (): boolean => node.service.loop.state.kind === "active";
      return await admitNode({ ...deps, isMaster }, request, source);
    },
    certificate: async (warrant) => {
      const node = open();
      return await issueNodeCertificate({ ...changeDeps(node), ...issuing(node) }, warrant);
    },
    readvertise: async (addresses) => readvertise(changeDeps(open()), addresses),
  };
}

function changeDeps(node: OpenNode) {
  const { database, trust, self, random, service } = node;
  return { database, trust, self, role: service.loop, sealing: hpkeSealing(random), records: node };
}

function issuing({ self, clock }: OpenNode): { readonly issuer: SystemCertificates } {
  return { issuer: new SystemCertificates(self.systemId, clock) };
}

function acceptDeps({ service, keyring }: OpenNode, seenByOthers: SeenByOthers) {
  return {
    role: {
      fenced: service.loop.fenced.bind(service.loop),
      becomeMaster: () => service.becomeMasterOverOlder(),
    },
    known: { held: () => keyring.held(), seen: () => keyring.seen, seenByOthers },
  };
}

/** A refusal is audited; after a change the node reads at once what it is now. */
async function changing<T>(
  node: OpenNode,
  caller: Caller,
  action: AuditAction,
  run: (node: OpenNode) => Promise<T>,
): Promise<T> {
  const result = await recordingRefusals(node, caller, action, () => run(node));
  await node.service.refresh();
  return result;
}
