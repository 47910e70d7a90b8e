import type { ClusterProcess } from "../../test/system/support/cluster-process.ts";
import type { Candidates } from "../../test/system/support/failover/candidates.ts";
import { Load } from "../../test/system/support/failover/load.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { pause } from "../node-process.ts";
import type { Fault, Scene } from "./faults.ts";
import type { HistoryWatch, SeenWrite } from "./history-watch.ts";

/** One fault; times are from just before it, in milliseconds. */
export interface Round {
  readonly claimMs: number;
  readonly writeMs: number;
  /** On the nodes that it spares. */
  readonly reads: number;
  readonly writes: number;
  readonly failures: readonly string[];
  readonly slowestReadMs: number;
}

const CLAIM = "claim";
/** The default ttl and some: a mastership that is younger is not taken over early. */
const SETTLED_MS = 3500;
const TRY_AGAIN_MS = 2;
const WRITTEN_WITHIN_MS = 30_000;

/**
 * From a system that serves to one that serves. Whoever took over is told to write as soon as its
 * claim is seen, and the time is that of its first write to be seen in the database, so that it
 * contains everything between.
 */
export async function failoverRound(
  candidates: Candidates,
  watch: HistoryWatch,
  fault: Fault,
): Promise<Round> {
  const scene = await sceneOf(candidates, fault);
  await pause(SETTLED_MS);
  const load = new Load(candidates.nodes, candidates.token);
  try {
    await load.isRead(candidates.nodes);
    await load.isWritten(candidates.nodes);
    const times = await befall(scene, watch, fault);
    await candidates.serving();
    await load.isWritten(candidates.nodes);
    await load.stop();
    const isSpared = (node: ClusterProcess): boolean =>
      fault.sparesEverybody === true || node !== scene.master;
    const spared = candidates.nodes.filter(isSpared);
    return { ...times, ...answersOf(load, spared) };
  } finally {
    await load.stop();
  }
}

/** Only the first node has a cable, so for a cut it must be master secret server. */
async function sceneOf(candidates: Candidates, { isOfNetwork }: Fault): Promise<Scene> {
  const [first] = candidates.nodes;
  if (isOfNetwork === true && first !== undefined) {
    await candidates.move(first);
  }
  const master = await candidates.serving();
  const node = candidates.nodes.find((each) => each !== master);
  if (node === undefined) {
    throw new ToolError("there is no other candidate");
  }
  return { candidates, master, heir: { node, nodeId: (await node.status()).nodeId } };
}

async function befall(
  scene: Scene,
  watch: HistoryWatch,
  fault: Fault,
): Promise<Pick<Round, "claimMs" | "writeMs">> {
  const before = await watch.last();
  const startedAt = performance.now();
  const begun = fault.begin(scene);
  try {
    const [{ claim, write }] = await Promise.all([takeover(scene, watch, before), begun]);
    return { claimMs: claim.seenAt - startedAt, writeMs: write.seenAt - startedAt };
  } finally {
    await fault.end(scene);
  }
}

async function takeover(
  { candidates, master }: Scene,
  watch: HistoryWatch,
  before: SeenWrite,
): Promise<{ readonly claim: SeenWrite; readonly write: SeenWrite }> {
  const isNewer = ({ epoch }: SeenWrite): boolean => epoch > before.epoch;
  const claim = await watch.next(before, (row) => isNewer(row) && row.act === CLAIM);
  const others = candidates.nodes.filter((node) => node !== master);
  const written = watch.next(before, (row) => isNewer(row) && row.act !== CLAIM);
  const [write] = await Promise.all([
    written,
    firstOf(others.map((node) => (stopping: AbortSignal) => invited(node, stopping))),
  ]);
  return { claim, write };
}

/** Whoever has the role makes an invitation, which is a fenced write; the others refuse. */
async function invited(node: ClusterProcess, stopping: AbortSignal): Promise<string> {
  const deadline = performance.now() + WRITTEN_WITHIN_MS;
  let answer = "";
  while (!stopping.aborted && performance.now() < deadline) {
    const { status, body } = await node.ask({
      method: "POST",
      path: "/v1/nodes/invitations",
      json: { role: "member" },
    });
    if (status >= 200 && status < 300) {
      return node.name;
    }
    answer = `${String(status)} ${body}`;
    await pause(TRY_AGAIN_MS);
  }
  throw new ToolError(`${node.name} made no fenced write: ${answer}`);
}

/** Runs all, and stops the others when the first is done. */
async function firstOf(
  works: readonly ((stopping: AbortSignal) => Promise<string>)[],
): Promise<string> {
  const stopping = new AbortController();
  try {
    return await Promise.any(works.map((work) => work(stopping.signal)));
  } finally {
    stopping.abort();
  }
}

function answersOf(
  load: Load,
  spared: readonly ClusterProcess[],
): Omit<Round, "claimMs" | "writeMs"> {
  const readers = load.readers.filter(({ node }) => spared.includes(node));
  const writers = load.writers.filter(({ node }) => spared.includes(node));
  const refused = writers.flatMap(({ refusals }) => refusals);
  return {
    reads: readers.reduce((sum, { done }) => sum + done, 0),
    writes: writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    failures: [
      ...readers.flatMap(({ failures }) => failures),
      ...refused.map(({ node, status, body }) => `${node}: ${String(status)} ${body}`),
    ],
    slowestReadMs: Math.max(...readers.map(({ slowestMs }) => slowestMs)),
  };
}
