import { DATABASE } from "../network/links.ts";
import type { SimulatedNode } from "../node/simulated-node.ts";
import { fault, later, master, anyNode, type Fault, type Stage } from "./stage.ts";

const MINUTE_MS = 60_000;
/** A node that starts again at once listens on its port before anybody has looked. */
const AT_ONCE_MS = { low: 1, high: 40 };

/** Faults of whole machines and of all of them, and refusals that look like them. */
export const OUTAGES: readonly Fault[] = [
  fault("the master secret server restarts at once on its port", 3, (stage) => {
    const node = master(stage);
    node.crash();
    later(stage, AT_ONCE_MS.low, AT_ONCE_MS.high, () => node.start());
  }),
  fault("a firewall rejects connections to the master secret server", 3, (stage) => {
    const node = master(stage);
    node.rejectNodes();
    later(stage, 1000, 9000, () => node.openListener());
  }),
  fault("a commit of the master secret server lands late", 4, landLate),
  fault("the database is stopped within a commit of the master secret server", 2, (stage) => {
    const { server } = stage.world;
    holdCommits(stage, master(stage), 500, () => {
      later(stage, 1, 400, () => server.stop());
      later(stage, 600, 3000, () => server.start());
    });
  }),
  fault("the database stalls for a minute", 0.4, (stage) => {
    const { server, time } = stage.world;
    server.stall();
    time.after(MINUTE_MS, () => server.resume());
    stage.moreMs = MINUTE_MS;
  }),
  fault("all are cold, and the database is first", 1, (stage) => {
    allCold(stage);
    later(stage, 500, 3000, () => stage.world.server.start());
    later(stage, 3000, 5000, () => startAll(stage));
  }),
  fault("all are cold, and the database is last", 1, (stage) => {
    allCold(stage);
    later(stage, 500, 2000, () => startAll(stage));
    later(stage, 3000, 8000, () => stage.world.server.start());
  }),
  fault("all state directories are lost", 1, (stage) => {
    for (const node of stage.nodes) {
      node.crash();
      node.directory.forget();
    }
    later(stage, 300, 4000, () => startAll(stage));
  }),
  fault("the clock of a node's processor runs wrong", 1, (stage) => {
    const node = anyNode(stage);
    node.clock.drift(stage.random.pick([0.9, 0.98, 1.02, 1.1]));
  }),
];

/** Kills everything, the database too. */
export function allCold({ world, nodes }: Stage): void {
  world.transcript.tell(DATABASE, "is stopped, and all nodes");
  nodes.forEach((node) => node.crash());
  world.server.stop();
}

export function startAll({ nodes }: Stage): void {
  nodes.forEach((node) => node.start());
}

const HELD_COMMITS_MAX = 3;

/**
 * Its session waits in the commit, as one waits for a standby, and the connection breaks meanwhile:
 * the commit is made later, when somebody has asked already what became of it.
 */
function landLate(stage: Stage): void {
  const node = master(stage);
  holdCommits(stage, node, stage.random.between(500, 4000), () => {
    later(stage, 1, 100, () => node.breakConnections());
  });
}

function holdCommits(stage: Stage, node: SimulatedNode, delayMs: number, held: () => void): void {
  void stage.administration.touch(node);
  const left = 1 + stage.random.below(HELD_COMMITS_MAX);
  stage.world.server.heldCommits = { left, delayMs, held };
}
