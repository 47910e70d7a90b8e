import type { RandomSource } from "@chatelaine/crypto";
import type { SsoService } from "../../packages/server/src/cluster/sso-service.ts";
import type { Auditor } from "../../packages/server/src/domain/audit/auditor.ts";
import type { CharterStore } from "../../packages/server/src/domain/charter/charter-store.ts";
import type { Trust } from "../../packages/server/src/domain/charter/trust.ts";
import type { EventSink } from "../../packages/server/src/domain/event/event-sink.ts";
import type { KeyringSealing } from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import type { MasterRole } from "../../packages/server/src/domain/mastership/master-role.ts";
import type { ChangeNodesDeps } from "../../packages/server/src/domain/membership/change-nodes.ts";
import type { NodeSelf } from "../../packages/server/src/domain/node/node-identity.ts";
import type { NodeStore } from "../../packages/server/src/domain/node/node-store.ts";
import type {
  FencedStores,
  SsoDatabase,
} from "../../packages/server/src/domain/store/sso-database.ts";
import type { Clock } from "../../packages/server/src/platform/clock.ts";
import type { SystemTruth } from "./founding.ts";

/** What a node that is open makes changes of the system with. */
export interface ActingNode {
  readonly database: SsoDatabase;
  readonly trust: Trust;
  readonly self: NodeSelf;
  readonly sealing: KeyringSealing;
  readonly service: SsoService;
  readonly auditor: Auditor;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** What the acts of the domain need, with somebody who remembers what they sign (P11). */
export function actingDeps(
  node: ActingNode,
  truth: SystemTruth,
): ChangeNodesDeps & { readonly role: MasterRole<FencedStores> } {
  const { database, trust, self, sealing, service } = node;
  const role: MasterRole<FencedStores> = {
    fenced: (act, run) =>
      service.loop.fenced(act, (stores) =>
        run({
          ...stores,
          charter: learningCharter(stores.charter, truth),
          nodes: learningNodes(stores.nodes, truth),
        }),
      ),
  };
  return { database, trust, self, sealing, role, records: node };
}

function learningCharter(store: CharterStore, truth: SystemTruth): CharterStore {
  return {
    find: () => store.find(),
    put: (row) => {
      truth.learnCharter(row.note);
      return store.put(row);
    },
  };
}

function learningNodes(store: NodeStore, truth: SystemTruth): NodeStore {
  return {
    find: (nodeId) => store.find(nodeId),
    list: () => store.list(),
    put: (row) => {
      truth.learnWarrant(row.warrant);
      return store.put(row);
    },
    remove: (nodeId) => store.remove(nodeId),
  };
}
