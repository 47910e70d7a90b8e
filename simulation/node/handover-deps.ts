import type { NodeStatus } from "@chatelaine/protocol";
import type { GiveUpDeps } from "../../packages/server/src/domain/handover/give-role-up.ts";
import type { KeyringHolder } from "../../packages/server/src/domain/keyring/keyring-holder.ts";
import { pause, type Scheduler } from "../../packages/server/src/platform/scheduler.ts";
import type { ActingNode } from "./node-acts.ts";

/** A node that can ask others what they are, and wait. */
export interface AskingNode extends ActingNode {
  readonly scheduler: Scheduler;
  readonly statusOf: GiveUpDeps["statusOf"];
}

/** Shorter than in production: a run does not last that long. */
const READY_MS_MAX = 2000;
const TAKEN_MS_MAX = 4000;

/** What the acts that move the role are made with, as a node that is open has it. */
export function handoverDeps(opened: AskingNode): GiveUpDeps {
  const { database, trust, self, service, clock, scheduler, statusOf } = opened;
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
    records: opened,
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

/** What a node says of itself to another one, as far as anybody here asks. */
export function statusOfNode(holder: KeyringHolder, opened: ActingNode): NodeStatus {
  const { service, self } = opened;
  const { kind } = service.loop.state;
  const ring = holder.held();
  return {
    systemId: self.systemId,
    nodeId: self.nodeId,
    nodeName: self.name,
    role: service.warrant.role,
    software: "simulated",
    database: "postgres",
    health: service.health(),
    cachedSecret: holder.state(),
    mastership: kind === "claiming" ? "standby" : kind,
    charterSerial: String(service.charter.serial),
    ...(ring !== undefined && { keyringRevision: String(ring.revision) }),
    trial: false,
    startedAtMs: 0,
  };
}
