import type { SimulatedNode } from "../node/simulated-node.ts";
import { anyNode, fault, type Fault, later, master, type Stage } from "./stage.ts";

export const AUTOMATIC_ATTEMPTS_MAX = 6;
const AUTOMATIC_PAUSE_MS = 1000;

/** What administrators do with the role, in the middle of everything else. */
export const ROLE_FAULTS: readonly Fault[] = [
  fault("failover is made manual", 2, (stage) => {
    void stage.administration.designate(master(stage), anyNode(stage));
  }),
  fault("failover is made manual, and the master secret server dies", 2, (stage) => {
    const node = master(stage);
    void stage.administration.designate(node, node);
    later(stage, 100, 600, () => node.crash());
    const other = anyNode(stage);
    later(stage, 4500, 7000, () => void stage.administration.designate(other, other));
    later(stage, 7000, 12_000, () => node.start());
  }),
  fault("failover is made automatic", 1, (stage) => {
    void stage.administration.designate(master(stage), undefined);
  }),
  fault("the role is moved to another node", 3, (stage) => {
    const from = master(stage);
    const to = stage.random.pick(otherThan(stage, from));
    void stage.administration.move(from, to);
  }),
  fault("the role is stepped down from", 2, (stage) => {
    void stage.administration.stepDown(master(stage));
  }),
];

/** Whoever runs the system lets any candidate have the role again, by the node that may say so. */
export function makeAutomatic(stage: Stage, attemptsLeft: number): void {
  for (const node of stage.nodes) {
    if (attemptsLeft > 0 && stage.administration.isManual) {
      void stage.administration.designate(node, undefined);
    }
  }
  if (attemptsLeft > 0) {
    stage.world.time.after(AUTOMATIC_PAUSE_MS, () => makeAutomatic(stage, attemptsLeft - 1));
  }
}

function otherThan(
  stage: Stage,
  node: SimulatedNode,
): readonly [SimulatedNode, ...SimulatedNode[]] {
  const [first, ...others] = stage.nodes.filter((one) => one !== node);
  return [first ?? node, ...others];
}
