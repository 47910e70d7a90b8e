import type { SeededRandom } from "../engine/seeded-random.ts";
import type { Place } from "../network/links.ts";
import type { Administration } from "../node/administration.ts";
import type { SimulatedNode } from "../node/simulated-node.ts";
import type { World } from "../node/world.ts";
import type { Ledger } from "../promises/ledger.ts";
import type { Rogue } from "./rogue.ts";

/** What faults are done to. */
export interface Stage {
  readonly world: World;
  readonly random: SeededRandom;
  /** Grows as nodes join. */
  readonly nodes: [SimulatedNode, ...SimulatedNode[]];
  readonly administration: Administration;
  readonly rogue: Rogue;
  readonly ledger: Ledger;
  /** Lets callers call a node that has joined. */
  readonly joined: (node: SimulatedNode) => void;
  /** Not undone any more: a charter that went back keeps nodes from sealing for good. */
  hasLostCharter: boolean;
  /** The database's clock was moved: a lease may seem valid for longer than a run lasts. */
  hasJumped: boolean;
  /** How many nodes were invited so far. */
  joiners: number;
  /** How much longer than usual things go wrong. */
  moreMs: number;
  /** While there are two primaries: lets only the newer one stay. */
  endSplit: (() => void) | undefined;
}

export interface Fault {
  readonly name: string;
  /** How often it is chosen beside the others. */
  readonly weight: number;
  readonly strike: (stage: Stage) => void;
}

export function fault(name: string, weight: number, strike: Fault["strike"]): Fault {
  return { name, weight, strike };
}

export function anyNode({ random, nodes }: Stage): SimulatedNode {
  return random.pick(nodes);
}

/** Who has the role as far as it knows itself, or any node. */
export function master(stage: Stage): SimulatedNode {
  return (
    stage.nodes.find(({ serving }) => serving?.opened.service.loop.state.kind === "active") ??
    anyNode(stage)
  );
}

export function later(
  { world, random }: Stage,
  lowMs: number,
  highMs: number,
  run: () => void,
): void {
  world.time.after(random.between(lowMs, highMs), run);
}

export function cut(stage: Stage, from: Place, to: Place, lowMs: number, highMs: number): void {
  if (from !== to) {
    stage.world.links.cut(from, to);
    later(stage, lowMs, highMs, () => stage.world.links.mend(from, to));
  }
}

/** Returns how to mend it sooner. */
export function isolate(stage: Stage, node: SimulatedNode, more: readonly Place[]): () => void {
  const others = stage.nodes.filter((one) => one !== node).map(({ name }) => name);
  for (const place of [...others, ...more]) {
    stage.world.links.cut(node.name, place);
    stage.world.links.cut(place, node.name);
  }
  const mend = (): void => {
    for (const place of [...others, ...more]) {
      stage.world.links.mend(node.name, place);
      stage.world.links.mend(place, node.name);
    }
  };
  later(stage, 2000, 14_000, mend);
  return mend;
}
