import type { SeededRandom } from "../engine/seeded-random.ts";
import { DATABASE, type Place } from "../network/links.ts";
import { joinNode } from "../node/joining.ts";
import { type OpenedNode, SimulatedNode } from "../node/simulated-node.ts";
import { allCold, OUTAGES, startAll } from "./outages.ts";
import { AUTOMATIC_ATTEMPTS_MAX, makeAutomatic, ROLE_FAULTS } from "./role-faults.ts";
import { anyNode, cut, fault, type Fault, isolate, later, master, type Stage } from "./stage.ts";

const SECOND_MS = 1000;
const STALLS_MS = [2, 4, 12].map((seconds) => seconds * SECOND_MS) as [number, ...number[]];

/** Everything that can go wrong, or be asked for, while nodes are at work. */
export const FAULTS: readonly [Fault, ...Fault[]] = [
  fault("a node is killed and started again", 4, (stage) => {
    const node = anyNode(stage);
    node.crash();
    later(stage, 300, 8000, () => node.start());
  }),
  fault("a node is frozen", 4, (stage) => {
    const node = anyNode(stage);
    node.freeze();
    later(stage, 200, 14_000, () => node.thaw());
  }),
  fault("the master secret server is killed at a message to the database", 3, (stage) => {
    const node = master(stage);
    trap(stage, node, () => {
      node.crash();
      later(stage, 500, 6000, () => node.start());
    });
  }),
  fault("the master secret server is frozen at a message to the database", 4, (stage) => {
    const node = master(stage);
    actSoon(stage, node);
    trap(stage, node, () => {
      node.freeze();
      later(stage, 1000, 9000, () => node.thaw());
    });
  }),
  fault("the master secret server is cut off from the database within a message", 4, (stage) => {
    const node = master(stage);
    actSoon(stage, node);
    trap(stage, node, () => cut(stage, node.name, DATABASE, 3000, 7000));
  }),
  fault("a node is frozen while it waits for a confirmation", 3, (stage) => {
    const node = anyNode(stage);
    node.confirmTrap = () => {
      node.freeze();
      later(stage, 1000, 14_000, () => node.thaw());
    };
  }),
  fault("a node is cut off from the database", 3, (stage) => {
    const node = anyNode(stage);
    cut(stage, node.name, DATABASE, 500, 14_000);
    cut(stage, DATABASE, node.name, 500, 14_000);
  }),
  fault("the database is not heard by a node", 2, (stage) => {
    cut(stage, DATABASE, anyNode(stage).name, 500, 9000);
  }),
  fault("a node is not heard by the database", 2, (stage) => {
    cut(stage, anyNode(stage).name, DATABASE, 500, 9000);
  }),
  fault("two nodes are cut off from each other", 2, (stage) => {
    const [a, b] = [anyNode(stage).name, anyNode(stage).name];
    cut(stage, a, b, 500, 12_000);
    cut(stage, b, a, 500, 12_000);
  }),
  fault("a node is not heard by another", 2, (stage) => {
    cut(stage, anyNode(stage).name, anyNode(stage).name, 500, 12_000);
  }),
  fault("the master secret server is cut off from all other nodes", 3, (stage) => {
    isolate(stage, master(stage), []);
  }),
  fault("the master secret server is cut off from everyone", 3, (stage) => {
    isolate(stage, master(stage), [DATABASE]);
  }),
  fault(
    "a connection of the master secret server to the database breaks within a change",
    3,
    (stage) => {
      const node = master(stage);
      actSoon(stage, node);
      node.path.breaksAfter = stage.random.below(BREAK_MESSAGES_MAX);
    },
  ),
  fault("connections to the database break", 3, (stage) => {
    lossy(stage, anyNode(stage).name, DATABASE);
  }),
  fault("messages between nodes are lost", 2, (stage) => {
    lossy(stage, anyNode(stage).name, anyNode(stage).name);
  }),
  fault("a listener for nodes is closed", 2, (stage) => {
    const node = anyNode(stage);
    node.closeListener();
    later(stage, 1000, 9000, () => node.openListener());
  }),
  fault("the database stalls", 3, (stage) => {
    const { server } = stage.world;
    server.stall();
    stage.world.time.after(stage.random.pick(STALLS_MS), () => server.resume());
  }),
  fault("the database is stopped and started", 3, (stage) => {
    const { server } = stage.world;
    server.stop();
    later(stage, 200, 9000, () => server.start());
  }),
  fault("the database's clock jumps", 2, (stage) => {
    const seconds = stage.random.pick([-90, -20, -2, 2, 5, 90]);
    stage.hasJumped = true;
    stage.world.server.jump(seconds * SECOND_MS);
  }),
  fault("a node's wall clock jumps", 1, (stage) => {
    anyNode(stage).clock.jump(stage.random.between(-600_000, 600_000));
  }),
  fault("the database loses its tail", 2, (stage) => {
    loseTail(stage, 1 + stage.random.below(TAIL_COMMITS_MAX));
  }),
  fault("the database loses commits that it had acknowledged", 1, (stage) => {
    loseTail(stage, 1 + stage.random.below(VANISHING_COMMITS_MAX));
  }),
  fault("the database is put back to any earlier point", 1, (stage) => {
    loseTail(stage, 1 + stage.random.below(stage.world.server.catalog.commits));
  }),
  fault("all are cold, and the database is put back to any earlier point", 1, (stage) => {
    allCold(stage);
    loseTail(stage, 1 + stage.random.below(stage.world.server.catalog.commits));
    later(stage, 300, 3000, () => startAll(stage));
  }),
  fault("an old primary comes back, and some nodes reach it", 1.5, splitPrimaries),
  fault("the database loses its last claim", 2, loseClaim),
  fault("the database loses a rotation that one candidate has missed", 1, loseRotation),
  fault("a state directory is lost", 1, (stage) => {
    const node = anyNode(stage);
    node.crash();
    node.directory.forget();
    later(stage, 300, 4000, () => node.start());
  }),
  fault("the role is given up", 2, (stage) => {
    const node = master(stage);
    void node.stop();
    later(stage, 2000, 6000, () => node.start());
  }),
  fault("the charter is changed", 4, (stage) => actSoon(stage, master(stage))),
  fault("the master secret is rotated", 4, (stage) => {
    if (!stage.hasLostCharter) {
      void stage.administration.rotate(master(stage));
    }
  }),
  fault("a member is revoked", 1, (stage) => {
    const member = stage.nodes.find(({ founded }) => founded.role === "member");
    if (member !== undefined) {
      void stage.administration.revoke(master(stage), member);
    }
  }),
  fault("a member is made a candidate", 1, (stage) => {
    const member = stage.nodes.find(({ founded }) => founded.role === "member");
    if (member !== undefined) {
      void stage.administration.promote(master(stage), member);
    }
  }),
  fault("a node joins", 2, (stage) => void join(stage)),
  fault("rogue: items are exchanged", 1, ({ rogue }) => void rogue.exchangeItems()),
  fault("rogue: a node is forged", 1, ({ rogue }) => void rogue.forgeNode()),
  fault("rogue: keyrings are exchanged", 1, ({ rogue }) => void rogue.exchangeKeyrings()),
  fault("rogue: a keyring is removed", 1, (stage) => {
    const node = anyNode(stage);
    void stage.rogue.removeKeyring(node.founded.self.nodeId);
    later(stage, 50, 500, () => node.crash());
    later(stage, 600, 3000, () => node.start());
  }),
  fault(
    "rogue: an older charter is put back",
    1,
    ({ rogue }) => void rogue.replaceCharter("older"),
  ),
  fault("rogue: a charter is forged", 1, ({ rogue }) => void rogue.replaceCharter("forged")),
  fault("rogue: a token is forged", 1, ({ rogue, nodes }) => void rogue.forgeToken(nodes)),
  ...OUTAGES,
  ...ROLE_FAULTS,
];

/** How often one of the faults in focus is chosen rather than any. */
const FOCUS = 0.75;

/** One of the faults, chosen by their weights; those in `focus` more often. */
export function chooseFault(random: SeededRandom, focus: readonly string[]): Fault {
  const [first, ...others] = FAULTS.filter(({ name }) => focus.includes(name));
  if (first !== undefined && random.happens(FOCUS)) {
    return random.pick([first, ...others]);
  }
  const total = FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.fraction() * total;
  for (const one of FAULTS) {
    left -= one.weight;
    if (left < 0) {
      return one;
    }
  }
  return FAULTS[0];
}

/** Everything that is cut, frozen, stopped or lost is as it should be again. */
export async function heal(stage: Stage): Promise<void> {
  const { world, nodes, rogue } = stage;
  world.links.mendAll();
  stage.endSplit?.();
  world.server.resume();
  world.server.start();
  for (const node of nodes) {
    node.path.trap = undefined;
    node.path.breaksAfter = undefined;
    node.confirmTrap = undefined;
    node.thaw();
    node.openListener();
  }
  world.server.heldCommits = undefined;
  await rogue.undo();
  supervise(nodes);
  // One that was starting when the database was put right may give up over what it had read.
  world.time.after(SUPERVISED_MS, () => supervise(nodes));
  makeAutomatic(stage, AUTOMATIC_ATTEMPTS_MAX);
}

const SUPERVISED_MS = 1500;

/** Whoever runs services starts those again that gave up. */
function supervise(nodes: readonly SimulatedNode[]): void {
  for (const node of nodes) {
    if (node.process?.ended !== undefined) {
      node.crash();
    }
    node.start();
  }
}

function lossy(stage: Stage, a: Place, b: Place): void {
  if (a !== b) {
    stage.world.links.setLoss(a, b, stage.random.between(0.02, 0.2));
    later(stage, 1000, 8000, () => stage.world.links.setLoss(a, b, 0));
  }
}

const TRAP_MESSAGES_MAX = 12;
const BREAK_MESSAGES_MAX = 40;

function trap({ random }: Stage, node: SimulatedNode, spring: () => void): void {
  node.path.trap = { messagesLeft: 1 + random.below(TRAP_MESSAGES_MAX), spring };
}

/** A change that the fault may meet halfway. */
function actSoon(stage: Stage, node: SimulatedNode): void {
  void stage.administration.touch(node);
}

const TAIL_COMMITS_MAX = 30;
/** As a server loses them that does not wait for its disk. */
const VANISHING_COMMITS_MAX = 3;

/**
 * A node takes the role while the others do not hear of it, and then the database forgets it: so
 * the same epoch may be given twice.
 */
function loseClaim(stage: Stage): void {
  const { server } = stage.world;
  const former = master(stage);
  const before = server.catalog.commits;
  isolate(stage, former, [DATABASE]);
  const look = (): void => {
    const next = stage.nodes.find(
      (node) => node !== former && node.serving?.opened.service.loop.state.kind === "active",
    );
    if (next === undefined) {
      stage.world.time.after(LOOK_MS, look);
      return;
    }
    isolate(stage, next, []);
    actSoon(stage, next);
    next.path.trap = { messagesLeft: 2, spring: () => cut(stage, next.name, DATABASE, 2500, 6500) };
    later(stage, 1, 50, () => loseTail(stage, Math.max(1, server.catalog.commits - before)));
  };
  stage.world.time.after(LOOK_MS, look);
}

const LOOK_MS = 20;

/**
 * The master secret is rotated while one candidate is cut off; then the database forgets it, and
 * just there it is accepted. Only memories still hold the version that sealed meanwhile.
 */
function loseRotation(stage: Stage): void {
  const { world, nodes, administration } = stage;
  const rotating = master(stage);
  const missing = nodes.find((node) => node !== rotating && isCandidate(node.serving?.opened));
  if (missing === undefined || stage.hasLostCharter) {
    return;
  }
  const before = world.server.catalog.commits;
  const mend = isolate(stage, missing, [DATABASE]);
  void administration.rotate(rotating);
  later(stage, 1000, 2500, () => {
    goBack(stage, Math.max(1, world.server.catalog.commits - before));
    mend();
    later(stage, 100, 1500, () => accept(stage, ACCEPTS_MAX, missing));
  });
}

/** Both servers take writes (D2 broken), until the old one is found and switched off. */
function splitPrimaries(stage: Stage): void {
  const { world, nodes, random, ledger } = stage;
  if (ledger.isSplit) {
    return;
  }
  const { commits } = world.server.catalog;
  const kept = Math.max(world.furnishedCommits(), commits - random.below(TAIL_COMMITS_MAX));
  const old = world.server.twin(kept);
  const misled = nodes.filter(() => random.happens(0.5));
  const lead = (node: SimulatedNode, server: typeof old | undefined): void => {
    node.path.otherServer = server;
    node.breakConnections();
  };
  world.transcript.tell(DATABASE, `as of commit ${kept}: ${misled.map(({ name }) => name).join()}`);
  ledger.split(true);
  stage.hasLostCharter = true;
  misled.forEach((node) => lead(node, old));
  stage.endSplit = () => {
    stage.endSplit = undefined;
    old.stop();
    misled.forEach((node) => lead(node, undefined));
    ledger.split(false);
  };
  later(stage, 3000, 9000, () => stage.endSplit?.());
}

function loseTail(stage: Stage, lost: number): void {
  goBack(stage, lost);
  if (stage.random.happens(0.5)) {
    later(stage, 500, 4000, () => accept(stage, ACCEPTS_MAX));
  }
}

export function goBack(stage: Stage, lost: number): void {
  const { server, transcript } = stage.world;
  const { commits } = server.catalog;
  const kept = Math.max(stage.world.furnishedCommits(), commits - lost);
  transcript.tell(DATABASE, `goes back from commit ${commits} to ${kept}`);
  server.restore(kept);
  stage.ledger.restored(kept);
  stage.world.furnishedCommits(1);
  stage.hasLostCharter = true;
}

const ACCEPTS_MAX = 4;
const ACCEPT_PAUSE_MS = 1000;

/** An administrator tries for a while, there or on any candidate that has noticed. */
function accept(stage: Stage, attemptsLeft: number, where?: SimulatedNode): void {
  const behind = stage.nodes.filter(
    ({ serving }) => serving?.holder.details().behind !== undefined,
  );
  const [first, ...others] = behind.filter(({ serving }) => isCandidate(serving?.opened));
  const node = where ?? (first && stage.random.pick([first, ...others]));
  if (node !== undefined) {
    void stage.administration.accept(
      node,
      stage.nodes.filter((one) => one !== node),
    );
  }
  if (attemptsLeft > 1) {
    stage.world.time.after(ACCEPT_PAUSE_MS, () => accept(stage, attemptsLeft - 1, where));
  }
}

function isCandidate(opened: OpenedNode | undefined): boolean {
  return opened?.service.warrant.role === "candidate";
}

const JOINERS_MAX = 2;

async function join(stage: Stage): Promise<void> {
  const { world, random, nodes } = stage;
  if (stage.joiners >= JOINERS_MAX) {
    return;
  }
  stage.joiners += 1;
  const name = `j${stage.joiners}`;
  const role = random.happens(0.5) ? "candidate" : "member";
  const made = await joinNode(world, name, role, () => master(stage));
  if (made !== undefined) {
    const node = new SimulatedNode(world, made.founded, made.seen);
    nodes.push(node);
    node.start();
    stage.joined(node);
  }
}
