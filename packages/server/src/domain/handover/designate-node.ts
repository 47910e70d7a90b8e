import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { MasterView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { EventSink } from "../event/event-sink.ts";
import { mayDesignate } from "../mastership/designation.ts";
import type { Designation, FenceAndLease, MastershipId } from "../mastership/mastership-store.ts";
import { findWarrant } from "../membership/list-nodes.ts";
import { showMaster, type ShowMasterDeps, type ShownStores } from "./show-master.ts";

export interface DesignateDeps extends ShowMasterDeps {
  readonly database: ShowMasterDeps["database"] & {
    readonly mastership: {
      designate(
        decide: (locked: FenceAndLease, stores: ShownStores) => Promise<Designation>,
      ): Promise<void>;
    };
  };
  readonly self: { readonly nodeId: NodeId };
  readonly role: HeldRole;
  readonly records: { readonly auditor: Auditor; readonly events: EventSink };
}

/** The role as this node may hold it. */
export interface HeldRole {
  /** The mastership of this node, if it is valid. */
  current(): MastershipId | undefined;
  /** Gives the role up, and leaves it for a while to others; to one of them, if it is named. */
  handOver(to: NodeId | undefined): Promise<void>;
}

/**
 * Makes failover manual: only the named node, by id or name, may be master secret server from now
 * on. Any live node can be named; one that is a member, or cannot open the keyring, waits for
 * `secret restore`. A master secret server that names another node gives the role up. Throws
 * `node-not-found`, `master-secret-server-active` on any other node than it.
 */
export async function designateNode(
  deps: DesignateDeps,
  caller: Caller,
  idOrName: string,
): Promise<MasterView> {
  const { nodeId } = await designate(deps, caller, (warrants) => findWarrant(warrants, idOrName));
  if (nodeId !== undefined && nodeId !== deps.self.nodeId && deps.role.current() !== undefined) {
    await deps.role.handOver(nodeId);
  }
  return await showMaster(deps);
}

/** Makes failover automatic: any candidate may be master secret server. Throws as above. */
export async function designateNobody(deps: DesignateDeps, caller: Caller): Promise<MasterView> {
  await designate(deps, caller, () => undefined);
  return await showMaster(deps);
}

async function designate(
  deps: DesignateDeps,
  caller: Caller,
  choose: (warrants: readonly Warrant[]) => Warrant | undefined,
): Promise<{ readonly nodeId: NodeId | undefined }> {
  const own = deps.role.current();
  let chosen: Warrant | undefined;
  await deps.database.mastership.designate(async (locked, stores) => {
    assertMay(mayDesignate(locked, own));
    const charter = await deps.trust.charter(stores);
    chosen = choose(await deps.trust.liveWarrants(stores, charter));
    const about = { designated: chosen?.nodeId ?? "nobody" };
    const audit = deps.records.auditor.entry(caller, "mastership.designate", about);
    return { designatedNode: chosen?.nodeId, audit };
  });
  const nodeId = chosen?.nodeId;
  deps.records.events.raise("mastership.designated", {
    node: nodeId ?? "nobody",
    failover: nodeId === undefined ? "automatic" : "manual",
  });
  return { nodeId };
}

function assertMay(may: boolean): void {
  if (!may) {
    throw new CodedError("master-secret-server-active", {
      detail:
        "there is a master secret server, and only it can say who is to be the next: run the " +
        "command there, or stop it first",
    });
  }
}
