import type { Warrant } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import { recordingRefusals } from "../../domain/audit/record-refusal.ts";
import { designateNobody, designateNode } from "../../domain/handover/designate-node.ts";
import { moveRole, stepDown, type GiveUpDeps } from "../../domain/handover/give-role-up.ts";
import { showMaster } from "../../domain/handover/show-master.ts";
import type { MasterOperations } from "../../http/node-operations.ts";
import { pause } from "../../platform/scheduler.ts";
import type { GetOpenNode, OpenNode } from "../open-node.ts";

/** Somebody waits at a terminal; within that a node that starts has opened its keyring. */
const READY_MS_MAX = 20_000;
/** Longer than others hold back for the node that is to take the role. */
const TAKEN_MS_MAX = 10_000;

/** Asks another node what it is. */
export type AskStatus = (node: Warrant) => Promise<NodeStatus>;

export function masterOperations(open: GetOpenNode, statusOf: AskStatus): MasterOperations {
  return {
    show: async () => showMaster(open()),
    designate: async (caller, node) => {
      const deps = depsOf(open(), statusOf);
      return await recordingRefusals(open(), caller, "mastership.designate", () =>
        designateNode(deps, caller, node),
      );
    },
    designateNobody: async (caller) => {
      const deps = depsOf(open(), statusOf);
      return await recordingRefusals(open(), caller, "mastership.designate", () =>
        designateNobody(deps, caller),
      );
    },
    stepDown: async (caller) => {
      const deps = depsOf(open(), statusOf);
      return await recordingRefusals(open(), caller, "mastership.step-down", () =>
        stepDown(deps, caller),
      );
    },
    move: async (caller, node) => {
      const deps = depsOf(open(), statusOf);
      return await recordingRefusals(open(), caller, "mastership.move", () =>
        moveRole(deps, caller, node),
      );
    },
  };
}

function depsOf(node: OpenNode, statusOf: AskStatus): GiveUpDeps {
  const { database, trust, self, service, clock, scheduler } = node;
  const { loop } = service;
  return {
    ...{ database, trust, self, statusOf },
    role: {
      current: () => loop.current(),
      fenced: loop.fenced.bind(loop),
      handOver: (to) => service.handOver(to),
      resumeClaims: () => {
        loop.resumeClaims();
      },
    },
    records: node,
    waits: {
      clock,
      pause: (delayMs) => pause(scheduler, delayMs),
      readyMsMax: READY_MS_MAX,
      takenMsMax: TAKEN_MS_MAX,
    },
    standing: () => {
      const { serial, keyringRevision } = service.charter;
      return { charterSerial: serial, keyringRevision };
    },
  };
}
