/**
 * `npm run cluster`: three nodes of one system on this machine, each a process of its own, on one
 * SQLite file in `./data-cluster`. Made the first time with the commands that an operator gives;
 * gone on with afterwards. Ctrl-C stops all.
 *
 *   npm run cluster -- --candidates 1
 */
import { parseArgs } from "node:util";
import { ClusterNode } from "./cluster/cluster-node.ts";
import { NODES, type Place } from "./cluster/places.ts";
import { foundSystem, joinSystem } from "./cluster/set-up.ts";
import { ToolError } from "./tool-error.ts";

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopping.abort();
  });
}
// With its terminal gone there is nobody to tell, and still nodes to stop.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);
const nodes: ClusterNode[] = [];
try {
  await run(candidatesWanted());
} catch (error) {
  if (!(error instanceof ToolError)) {
    throw error;
  }
  console.error(`chatelaine: ${error.message}`);
  process.exitCode = 1;
} finally {
  // The master secret server last, so that the others lose nothing before they end.
  for (const node of nodes.toReversed()) {
    await node.stop();
  }
}

async function run(candidates: number): Promise<void> {
  const [first, ...others] = NODES;
  await foundSystem(first);
  const master = await start(first);
  for (const [index, place] of others.entries()) {
    if (stopping.signal.aborted) {
      return;
    }
    if (!place.isThere) {
      await master.untilMaster(stopping.signal);
      await joinSystem(first, place, index + 1 < candidates ? "candidate" : "member");
    }
    await start(place);
  }
  await Promise.all(nodes.map((node) => node.untilReads(stopping.signal)));
  if (!stopping.signal.aborted) {
    console.log(await banner(master));
    await untilStopped();
  }
}

async function start(place: Place): Promise<ClusterNode> {
  const node = ClusterNode.start(place, (line) => {
    console.log(line);
  });
  nodes.push(node);
  await node.started(stopping.signal);
  return node;
}

function candidatesWanted(): number {
  const { values } = parseArgs({ options: { candidates: { type: "string", default: "3" } } });
  const candidates = Number(values.candidates);
  if (!Number.isInteger(candidates) || candidates < 1 || candidates > NODES.length) {
    throw new ToolError(`--candidates must be 1 to ${String(NODES.length)}`);
  }
  return candidates;
}

async function banner(master: ClusterNode): Promise<string> {
  const roles = await master.roles();
  const rows = nodes.map(({ place, pid }) => [
    place.name,
    roles.get(place.name) ?? "-",
    `http://${place.callers}`,
    place.peers,
    String(pid),
    place.shown,
  ]);
  const table = [["node", "role", "callers", "other nodes", "process", "state directory"], ...rows];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] ?? "").length)),
  );
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return ["", ...lines, "", ...toTry(await master.masterName()), ""].join("\n");
}

/** Killing the master secret server, watched from a node that lives on. */
function toTry(masterName: string | undefined): readonly string[] {
  const master = nodes.find(({ place }) => place.name === masterName);
  const other = nodes.find((node) => node !== master);
  if (master === undefined || other === undefined) {
    return ["There is no master secret server at the moment."];
  }
  return [
    `Watch from ${other.place.name} in a second terminal; in a third, kill the master secret ` +
      `server, ${master.place.name}:`,
    "",
    `  npx --no chatelaine status --watch --state-dir ${other.place.shown}`,
    `  kill -9 ${String(master.pid)}`,
    "",
    "and start it again:",
    "",
    `  npx --no chatelaine start --state-dir ${master.place.shown}`,
    "",
    "Events of all nodes follow; Ctrl-C stops those that were started here.",
  ];
}

/** Until Ctrl-C, or until no node is left. */
async function untilStopped(): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  stopping.signal.addEventListener("abort", () => {
    resolve(undefined);
  });
  await Promise.race([stopped, Promise.all(nodes.map(({ ended }) => ended))]);
}
