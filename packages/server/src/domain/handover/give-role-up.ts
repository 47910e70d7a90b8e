import type { MasterView, NodeStatus, RoleMoved } from "@chatelaine/protocol";
import type { NodeId, Warrant } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditAction } from "../audit/audit-action.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { MastershipId } from "../mastership/mastership-store.ts";
import { isLeaseValid } from "../mastership/claim-rule.ts";
import { isSameMastership } from "../mastership/same-mastership.ts";
import { findWarrant } from "../membership/list-nodes.ts";
import { designateNode, type DesignateDeps, type HeldRole } from "./designate-node.ts";
import { notReadyBecause, type RoleReadiness } from "./role-readiness.ts";
import { showMaster } from "./show-master.ts";

export interface GiveUpDeps extends DesignateDeps {
  readonly role: HeldRole & MasterRole<{ readonly audit: AuditStore }> & { resumeClaims(): void };
  readonly waits: HandoverWaits;
  /** What another node says of itself. Throws `node-unreachable`. */
  readonly statusOf: (node: Warrant) => Promise<NodeStatus>;
  /** What of this node another one has to match. */
  readonly standing: () => RoleReadiness;
}

/** The times of a handover. */
export interface HandoverWaits {
  readonly clock: Clock;
  readonly pause: (delayMs: number) => Promise<void>;
  /** How long it is looked whether another node is ready. */
  readonly readyMsMax: number;
  /** How long it is looked whether another node has taken the role. */
  readonly takenMsMax: number;
}

const LOOK_MS = 20;
const READY_LOOK_MS = 200;

/**
 * Gives the role up once another candidate is ready for it, and says who has taken it. If nobody
 * has within the time, this node claims again. Throws `not-master-secret-server`, `node-not-ready`
 * also while failover is manual.
 */
export async function stepDown(deps: GiveUpDeps, caller: Caller): Promise<RoleMoved> {
  const own = heldBy(deps);
  const { fence } = await deps.database.mastership.read();
  if (fence.designatedNode !== undefined) {
    throw new CodedError("node-not-ready", {
      detail: "failover is manual: name the node that is to have it, `chatelaine master move NODE`",
    });
  }
  const isOther = ({ nodeId, role }: Warrant): boolean =>
    role === "candidate" && nodeId !== deps.self.nodeId;
  await untilReady(deps, (await liveWarrants(deps)).filter(isOther));
  await record(deps, caller, "mastership.step-down", {});
  await deps.role.handOver(undefined);
  return await outcome(deps, own);
}

/**
 * Gives the role to another candidate, by id or name: waits until that is ready for it, gives the
 * role up, and says who has taken it. While failover is manual the other node is designated, and
 * this one again if it did not take the role. Throws `not-master-secret-server`,
 * `node-not-found`, `node-not-changeable`, `node-not-ready`.
 */
export async function moveRole(
  deps: GiveUpDeps,
  caller: Caller,
  idOrName: string,
): Promise<RoleMoved> {
  const own = heldBy(deps);
  const target = await findTarget(deps, idOrName);
  await untilReady(deps, [target]);
  await record(deps, caller, "mastership.move", { to: target.nodeId });
  const { fence } = await deps.database.mastership.read();
  const isManual = fence.designatedNode !== undefined;
  if (isManual) {
    await designateNode(deps, caller, target.nodeId); // which hands over
  } else {
    await deps.role.handOver(target.nodeId);
  }
  const moved = await outcome(deps, own);
  if (isManual && !moved.isTaken) {
    await designateNode(deps, caller, deps.self.nodeId);
  }
  return moved;
}

function heldBy({ role }: GiveUpDeps): MastershipId {
  const own = role.current();
  if (own === undefined) {
    throw new CodedError("not-master-secret-server", {
      detail: "only the master secret server can give the role up; `chatelaine status` says who",
    });
  }
  return own;
}

async function findTarget(deps: GiveUpDeps, idOrName: string): Promise<Warrant> {
  const target = findWarrant(await liveWarrants(deps), idOrName);
  if (target.nodeId === deps.self.nodeId) {
    throw new CodedError("node-not-changeable", {
      detail: "that node is the master secret server already",
    });
  }
  if (target.role !== "candidate") {
    throw new CodedError("node-not-ready", {
      detail: "that node is a member; make it a candidate with `chatelaine node promote NODE`",
    });
  }
  return target;
}

function liveWarrants({ database, trust }: GiveUpDeps): Promise<readonly Warrant[]> {
  return database.read(async (stores) => trust.liveWarrants(stores, await trust.charter(stores)));
}

/** Resolves when one of these can take the role at once. */
async function untilReady(deps: GiveUpDeps, nodes: readonly Warrant[]): Promise<void> {
  const { clock, pause, readyMsMax } = deps.waits;
  const startedAt = clock.monotonic();
  for (;;) {
    const problems = await Promise.all(nodes.map((node) => problemOf(deps, node)));
    if (problems.includes(undefined)) {
      return;
    }
    if (nodes.length === 0 || clock.monotonic() - startedAt >= readyMsMax) {
      const problem = problems[0] ?? "there is no other candidate";
      throw new CodedError("node-not-ready", { detail: `${problem}; the role was not given up` });
    }
    await pause(READY_LOOK_MS);
  }
}

async function problemOf(deps: GiveUpDeps, target: Warrant): Promise<string | undefined> {
  try {
    return notReadyBecause(await deps.statusOf(target), deps.standing());
  } catch (error) {
    if (isCoded(error)) {
      return `that node does not answer (${error.code})`;
    }
    throw error;
  }
}

/** Part of the last fenced write: it is on record before the role is given up. */
function record(
  { role, records }: GiveUpDeps,
  caller: Caller,
  action: AuditAction,
  about: Readonly<Record<string, string>>,
): Promise<void> {
  return role.fenced(action, ({ audit }) =>
    audit.record(records.auditor.entry(caller, action, about)),
  );
}

/** Who has taken the role; if nobody did in time, this node may take it again. */
async function outcome(deps: GiveUpDeps, own: MastershipId): Promise<RoleMoved> {
  const isTaken = await untilTaken(deps, own);
  if (!isTaken) {
    deps.role.resumeClaims();
  }
  const master: MasterView = await showMaster(deps);
  return { isTaken, master };
}

async function untilTaken(deps: GiveUpDeps, own: MastershipId): Promise<boolean> {
  const { clock, pause, takenMsMax } = deps.waits;
  const startedAt = clock.monotonic();
  do {
    const read = await deps.database.mastership.read();
    if (!isSameMastership(read.fence, own) && isLeaseValid(read)) {
      return isOther(read.fence.nodeId, deps.self.nodeId);
    }
    await pause(LOOK_MS);
  } while (clock.monotonic() - startedAt < takenMsMax);
  return false;
}

function isOther(taker: NodeId | undefined, self: NodeId): boolean {
  return taker !== undefined && taker !== self;
}
