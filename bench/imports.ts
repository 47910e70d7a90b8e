/** The import of a large binding file, beside the bare parse of the same file. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { BindingsImported, ImportProgress } from "@chatelaine/protocol";
import { ChatelaineClient } from "@chatelaine/sdk";
import { socketTransport } from "../packages/cli/src/socket-transport.ts";
import { ToolError } from "../tools/tool-error.ts";
import { buildInto, initSystem, withDirectory } from "./built-program.ts";
import { generateBindings } from "./generated-bindings.ts";
import { NodeProcess, pause } from "./node-process.ts";

const PORTS = 10_000;
const ASK_AGAIN_MS = 50;
const ANSWER_MS_MAX = 10 * 60_000;
const TENTHS = 10;
const MIB = 1024 ** 2;

/** One way through the file. */
export interface ImportRun {
  readonly name: string;
  readonly elapsedMs: number;
  /**
   * The most resident memory meanwhile, in MiB: beyond that of a process which holds the text, or
   * of a node which has not seen the file.
   */
  readonly beyondMib: number | undefined;
  /** The longest time in which the node answered nobody, in milliseconds. */
  readonly silentMs?: number;
}

export interface ImportFigures {
  readonly ports: number;
  readonly fileMib: number;
  readonly runs: readonly ImportRun[];
}

export const BARE = "saxes alone";
export const IMPORT = "bindings import";

/** On a node of the built file on SQLite, asked as the command line asks it. */
export function measureImports(): Promise<ImportFigures> {
  return withDirectory(async (directory) => {
    const file = path.join(directory, "generated.xml");
    fs.writeFileSync(file, generateBindings(PORTS));
    const parses = [
      parse(BARE, "saxes", file),
      parse("parseBindings, unfolded and with places", "bindings", file),
    ];
    const program = buildInto(directory);
    const stateDirectory = initSystem(program, directory);
    const node = NodeProcess.start(program, stateDirectory);
    try {
      await node.until(({ canSeal }) => canSeal);
      const place = {
        node,
        stateDirectory,
        bytes: fs.readFileSync(file),
        readyMib: node.residentMib(),
      };
      const runs = [
        await timedImport(place, `${IMPORT} --dry-run`, true),
        await timedImport(place, IMPORT, false),
        await timedImport(place, `${IMPORT} again, nothing changed`, false),
        await timedExport(place),
      ];
      return { ports: PORTS, fileMib: place.bytes.length / MIB, runs: [...parses, ...runs] };
    } finally {
      await node.stop();
    }
  });
}

function parse(name: string, parser: "saxes" | "bindings", file: string): ImportRun {
  const script = path.join(import.meta.dirname, "parse-file.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, parser, file], {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new ToolError(`${name} failed:\n${stderr}`);
  }
  const { elapsedMs, beyondMib } = JSON.parse(stdout) as Omit<ImportRun, "name">;
  return { name, elapsedMs, beyondMib };
}

interface Place {
  readonly node: NodeProcess;
  readonly stateDirectory: string;
  readonly bytes: Uint8Array;
  /** Resident memory of the node before it had seen the file. */
  readonly readyMib: number | undefined;
}

async function timedImport(place: Place, name: string, dryRun: boolean): Promise<ImportRun> {
  const progressId = name.replace(/[^a-z]/g, "-");
  return await timed(place, name, progressId, async (client) => {
    const json = { name: "generated", file: "generated.xml", dryRun, progressId };
    const { json: done } = await client.call("bindings.import", { json, parts: [place.bytes] });
    assertComplete(done);
  });
}

function assertComplete({ items }: BindingsImported): void {
  if (items.length !== PORTS) {
    throw new ToolError(`${String(items.length)} items were made of ${String(PORTS)} ports`);
  }
}

async function timedExport(place: Place): Promise<ImportRun> {
  return await timed(place, "bindings export --reveal", undefined, async (client) => {
    const { parts } = await client.call("bindings.reveal", { params: { name: "generated" } });
    if (parts[0] === undefined || Buffer.compare(parts[0], place.bytes) !== 0) {
      throw new ToolError("what was exported is not what was imported");
    }
  });
}

/** Does the work, and meanwhile asks the node again and again, as people and balancers do. */
async function timed(
  { node, stateDirectory, readyMib }: Place,
  name: string,
  progressId: string | undefined,
  work: (client: ChatelaineClient) => Promise<void>,
): Promise<ImportRun> {
  const transport = socketTransport(path.join(stateDirectory, "node.sock"), {
    answerMsMax: ANSWER_MS_MAX,
  });
  const client = new ChatelaineClient(transport);
  node.forgetPeak();
  const ended = new AbortController();
  const startedAt = performance.now();
  const watched = watch(client, progressId, ended.signal);
  try {
    await work(client);
  } finally {
    ended.abort();
  }
  const elapsedMs = performance.now() - startedAt;
  const peakMib = node.peakMib();
  const beyondMib =
    readyMib === undefined || peakMib === undefined ? undefined : peakMib - readyMib;
  return { name, elapsedMs, beyondMib, silentMs: await watched };
}

/** The longest that an answer took; tells what the node says of its progress on the way. */
async function watch(
  client: ChatelaineClient,
  progressId: string | undefined,
  ended: AbortSignal,
): Promise<number> {
  let silentMs = 0;
  let told = "";
  while (!ended.aborted) {
    const askedAt = performance.now();
    const params = { progressId: progressId ?? "none" };
    const { json } = await client.call("bindings.progress", { params });
    silentMs = Math.max(silentMs, performance.now() - askedAt);
    const text = progressText(json);
    if (text !== told && text !== "") {
      console.error(`bench: ${text}`);
    }
    told = text;
    await pause(ASK_AGAIN_MS);
  }
  return silentMs;
}

/** In tenths, so that a report is not all progress. */
function progressText({ stage, done, total }: ImportProgress): string {
  const tenths = total === 0 ? 0 : Math.floor((done / total) * TENTHS);
  return stage === "none" ? "" : `import is ${stage}, ${String(tenths * TENTHS)} %`;
}
