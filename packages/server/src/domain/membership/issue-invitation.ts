import {
  caKeyHash,
  encodeJoinToken,
  JOIN_ADDRESSES_MAX,
  JOIN_SECRET_BYTES,
  joinSecretHash,
  newNodeId,
  SecretBytes,
  signInvitation,
  type JoinToken,
  type NodeRole,
  type Warrant,
} from "@chatelaine/crypto";
import type { InvitationView, InviteParameters } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import { plusMs } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { changeNodes, type ChangeNodesDeps } from "./change-nodes.ts";
import type { LoadedAuthority } from "./load-authority.ts";

const MINUTE_MS = 60_000;
const TTL_MINUTES = { candidate: 15, member: 60 } as const satisfies Record<NodeRole, number>;
/** What expired so long ago is cleared away; until then the audit and the rows tell the same. */
const KEPT_MS = 7 * 86_400_000;
const PRUNED_MAX = 20;

export interface IssuedInvitation {
  readonly view: InvitationView;
  /** The join token, in ASCII; it becomes the caller's and is nowhere else. */
  readonly token: SecretBytes;
}

/**
 * Makes an invitation for one new node and the join token that redeems it. Throws
 * `configuration-invalid` while no candidate can be reached by others, and what `changeNodes`
 * throws.
 */
export async function issueInvitation(
  deps: ChangeNodesDeps,
  caller: Caller,
  { role, ttlMinutes = TTL_MINUTES[role] }: InviteParameters,
): Promise<IssuedInvitation> {
  using secret = SecretBytes.random(deps.records.random, JOIN_SECRET_BYTES);
  const invited = await changeNodes(deps, "node.invite", async (loaded) => {
    const addresses = await candidateAddresses(deps, loaded);
    const made = {
      nodeId: newNodeId(deps.records.random),
      role,
      secretHash: secret.use(joinSecretHash),
      expiresAtMs: plusMs(deps.records.clock.wallTime(), ttlMinutes * MINUTE_MS),
    };
    const { nodeId, expiresAtMs } = made;
    const note = signInvitation(loaded.authority, deps.self.systemId, made);
    const about = { nodeId, role, expiresAtMs: String(expiresAtMs) };
    return {
      result: { ...made, addresses, caKeyHash: caKeyHash(loaded.charter.caKey) },
      write: async ({ invitations, audit }) => {
        await invitations.prune(plusMs(deps.records.clock.wallTime(), -KEPT_MS), PRUNED_MAX);
        await invitations.add({ nodeId, note, expiresAtMs });
        await audit.record(deps.records.auditor.entry(caller, "node.invite", about));
      },
    };
  });
  const { nodeId, expiresAtMs, addresses } = invited;
  deps.records.events.raise("node.invited", { node: nodeId, role });
  const { systemId, authorityKey } = deps.self;
  const token: JoinToken = { ...invited, secret, systemId, authorityKey };
  return { view: { nodeId, role, expiresAtMs, addresses }, token: encodeJoinToken(token) };
}

/** Those of this node first: it is the master secret server now, and the others may be later. */
async function candidateAddresses(
  deps: ChangeNodesDeps,
  { charter }: LoadedAuthority,
): Promise<readonly string[]> {
  const warrants = await deps.database.read((stores) => deps.trust.liveWarrants(stores, charter));
  const isSelf = ({ nodeId }: Warrant): boolean => nodeId === deps.self.nodeId;
  const candidates = warrants.filter(({ role }) => role === "candidate");
  const ordered = [...candidates.filter(isSelf), ...candidates.filter((one) => !isSelf(one))];
  const addresses = [...new Set(ordered.flatMap((warrant) => warrant.addresses))];
  if (addresses.length === 0) {
    throw new CodedError("node-not-advertised", {
      detail:
        "cluster.advertise: nobody could reach this system to join it; set cluster.listen and " +
        "cluster.advertise to HOST:PORT on this node and start it again",
    });
  }
  return addresses.slice(0, JOIN_ADDRESSES_MAX);
}
