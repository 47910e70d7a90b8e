import assert from "node:assert/strict";
import type { ClusterProcess } from "../cluster-process.ts";
import { reveal } from "../workload.ts";
import type { Candidates } from "./candidates.ts";
import type { Refusal } from "./chained-writer.ts";
import type { Fault, RoundFigures, Scene } from "./fault.ts";
import { historyOf, staleCommits, takeoverIn } from "./history.ts";
import { Load } from "./load.ts";

/** One fault under load, from a system that serves to one that serves. Asserts every promise. */
export async function faultRound(candidates: Candidates, fault: Fault): Promise<RoundFigures> {
  const master = await readied(candidates);
  const others = candidates.nodes.filter((node) => node !== master);
  const load = new Load(candidates.nodes, candidates.token);
  try {
    await load.isRead(candidates.nodes);
    await load.isWritten(candidates.nodes);
    const scene = { candidates, master, others, load, fence: await candidates.fence() };
    const faultAtMs = Date.now();
    await befall(scene, fault);
    await load.stop();
    const figures = await figuresOf(scene, fault, faultAtMs);
    assertKept(scene, fault, figures);
    await fault.afterwards?.(scene);
    return figures;
  } finally {
    await load.stop();
  }
}

/** Where only one node can be cut off, that one must be master secret server. */
async function readied(candidates: Candidates): Promise<ClusterProcess> {
  const [first] = candidates.nodes;
  if (candidates.link !== undefined && first !== undefined) {
    await candidates.move(first);
  }
  return candidates.serving();
}

async function befall(scene: Scene, fault: Fault): Promise<void> {
  const { candidates, load } = scene;
  const spared = sparedBy(scene, fault);
  try {
    await fault.begin(scene);
    await fault.lasting?.(scene);
    if (fault.takeover === "expected") {
      await candidates.takeoverBy(scene.others);
    }
    await load.isRead(spared);
    if (fault.refusals === undefined) {
      await load.isWritten(spared);
    }
    if (fault.takeover === "none") {
      const { epoch } = await candidates.fence();
      assert.equal(epoch, scene.fence.epoch, "nobody else became master secret server");
    }
  } finally {
    await fault.end(scene); // also for the rounds that follow
  }
  await candidates.serving();
  await load.isRead(candidates.nodes);
  await load.isWritten(candidates.nodes);
}

function sparedBy({ candidates, others }: Scene, fault: Fault): readonly ClusterProcess[] {
  return fault.spares === "others" ? others : candidates.nodes;
}

async function figuresOf(scene: Scene, fault: Fault, faultAtMs: number): Promise<RoundFigures> {
  const { candidates, load, fence } = scene;
  const { database, link } = candidates;
  const spared = sparedBy(scene, fault);
  const readers = load.readers.filter(({ node }) => spared.includes(node));
  const faulted = load.readers.filter(({ node }) => !spared.includes(node));
  const history = await historyOf(database);
  const { claim, write } = takeoverIn(history, fence.epoch);
  return {
    database: database.kind === "sqlite" ? "SQLite" : "PostgreSQL",
    fault: fault.name,
    by: fault.by ?? link?.kind ?? "signal",
    reads: readers.reduce((sum, { done }) => sum + done, 0),
    failedReads: readers.flatMap(({ failures }) => failures),
    slowestReadMs: Math.max(...readers.map(({ slowestMs }) => slowestMs)),
    refusedWrites: refusalsAt(spared, load).length,
    acknowledged: load.writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    lost: await lostOf(candidates, load),
    stale: staleCommits(history),
    failedCallsOfFaulted: faulted.reduce((sum, { failures }) => sum + failures.length, 0),
    claimMs: claim && claim.atMs - faultAtMs,
    writeMs: write && write.atMs - faultAtMs,
  };
}

/** What every node must have, and has not. */
async function lostOf(candidates: Candidates, load: Load): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const writer of load.writers) {
    lost.push(...writer.conflicts, ...(await writer.settle(candidates.nodes)));
  }
  for (const node of candidates.nodes) {
    for (const writer of load.writers) {
      lost.push(...(await writer.missingOn(node)));
    }
    const { status } = await reveal(node, candidates.token);
    assert.equal(status, 200, `${node.name} serves`);
  }
  return lost;
}

function assertKept(scene: Scene, fault: Fault, figures: RoundFigures): void {
  const { failedReads, lost, stale, claimMs } = figures;
  assert.deepEqual({ failedReads, lost, stale }, { failedReads: [], lost: [], stale: [] });
  const allowed = fault.refusals ?? [];
  const others = refusalsAt(sparedBy(scene, fault), scene.load).filter(
    ({ code }) => !allowed.includes(code),
  );
  assert.deepEqual(others, [], "no write is refused but with what is said of this fault");
  if (fault.takeover === "expected") {
    assert.ok(claimMs !== undefined && claimMs >= 0, "the takeover is in the history");
  }
}

function refusalsAt(nodes: readonly ClusterProcess[], load: Load): readonly Refusal[] {
  return load.writers
    .filter(({ node }) => nodes.includes(node))
    .flatMap(({ refusals }) => refusals);
}
