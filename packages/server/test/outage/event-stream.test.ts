import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import type { EventView } from "@chatelaine/protocol";
import { followEvents } from "../../src/app/event-feed.ts";
import { EventLog } from "../../src/app/event-log.ts";
import { Metrics } from "../../src/app/metrics.ts";
import { readableOf } from "../../src/http/readable.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { ComposedNode } from "../support/composed-node.ts";

const SILENT = { log: () => undefined, child: () => SILENT };

function newLog(): EventLog {
  return new EventLog(SILENT, new Metrics("test"), systemClock);
}

function raise(log: EventLog, ...tables: readonly string[]): void {
  for (const table of tables) {
    log.raise("trust.row-refused", { table });
  }
}

/** What is in the stream now, without the hint for the connection. */
function taken(stream: { take(): string | undefined }): readonly string[] {
  const pieces: string[] = [];
  for (let piece = stream.take(); piece !== undefined; piece = stream.take()) {
    pieces.push(piece);
  }
  return pieces.filter((piece) => !piece.startsWith("retry:"));
}

function tablesOf(pieces: readonly string[]): readonly (string | undefined)[] {
  return pieces.map((piece) => {
    const [, data = "{}"] = /^data: (.+)$/m.exec(piece) ?? [];
    return (JSON.parse(data) as EventView).fields["table"];
  });
}

describe("the stream of events", () => {
  it("has what was told before, then what is told", () => {
    const log = newLog();
    raise(log, "a");
    let readyCount = 0;
    const stream = followEvents(log, systemScheduler, undefined, () => (readyCount += 1));
    assert.deepEqual(tablesOf(taken(stream)), ["a"]);
    raise(log, "b", "c");
    assert.equal(readyCount, 2);
    assert.deepEqual(tablesOf(taken(stream)), ["b", "c"]);
    stream.close();
    raise(log, "d");
    assert.equal(readyCount, 2, "nobody is told after the end");
  });

  it("goes on after the last event that was read", () => {
    const log = newLog();
    raise(log, "a", "b", "c");
    const [, second] = log.since(0);
    assert.ok(second);
    const stream = followEvents(log, systemScheduler, log.idOf(second), () => undefined);
    assert.deepEqual(tablesOf(taken(stream)), ["c"]);
    stream.close();
  });

  it("begins anew for who has read another run of the node", () => {
    const log = newLog();
    raise(log, "a", "b");
    const stream = followEvents(log, systemScheduler, "1-2", () => undefined);
    assert.deepEqual(tablesOf(taken(stream)), ["a", "b"]);
    stream.close();
  });

  it("holds nothing for who does not read, and says how much was missed", () => {
    const log = newLog();
    raise(log, "first");
    const stream = followEvents(log, systemScheduler, undefined, () => undefined);
    taken(stream);
    raise(log, ...Array.from({ length: 1500 }, (_, index) => String(index)));
    const pieces = taken(stream);
    assert.match(pieces[0] ?? "", /^event: missed\ndata: {"missed":500}\n\n$/);
    assert.equal(pieces.length, 1001);
    stream.close();
  });

  it("is read only as fast as the connection takes it", async () => {
    let pieces = 0;
    let isClosed = false;
    const readable = readableOf(() => ({
      take: () => {
        pieces += 1;
        return "x".repeat(10_000);
      },
      close: () => {
        isClosed = true;
      },
    }));
    readable.read(1);
    await new Promise(setImmediate);
    assert.ok(pieces < 20, `${pieces} pieces wait`);
    readable.destroy();
    await new Promise(setImmediate);
    assert.ok(isClosed);
    assert.ok(readable instanceof Readable);
  });
});

describe("the stream of events of a node", () => {
  let directory: string;
  let node: ComposedNode;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "chatelaine-stream-"));
    const discard = () => Promise.resolve();
    node = await ComposedNode.start({ directory, databaseUrl: undefined, discard });
  });
  after(async () => {
    await node.stop();
    rmSync(directory, { recursive: true });
  });

  function open(headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      get({ ...node.socket, path: "/v1/events/stream", headers }, resolve).on("error", reject);
    });
  }

  async function readUntil(answer: IncomingMessage, pattern: RegExp): Promise<string> {
    let text = "";
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (pattern.test(text)) {
        break;
      }
    }
    return text;
  }

  it("tells over one connection what was before and what comes", async () => {
    const answer = await open();
    assert.equal(answer.headers["content-type"], "text/event-stream");
    assert.equal(answer.headers["cache-control"], "no-store");
    const purged = node.send(node.socket, { method: "POST", path: "/v1/cache/purge" });
    const text = await readUntil(answer, /lookup-cache\.purged/);
    assert.match(text, /^retry: \d+\n\nid: \d+-1\ndata: {"sequence":1,.+"code":"node.starting"/);
    assert.equal((await purged).status, 200);
  });

  it("goes on where a lost connection was", async () => {
    const text = await readUntil(await open(), /node\.ready/);
    const id = /id: (\S+)\ndata: .+"node\.ready"/.exec(text)?.[1];
    assert.ok(id);
    const rest = await readUntil(await open({ "last-event-id": id }), /lookup-cache\.purged/);
    assert.doesNotMatch(rest, /node\.ready|node\.starting/);
  });

  it("ends with the node", async () => {
    const answer = await open();
    const ended = readUntil(answer, /never/).catch(() => "broken");
    await node.stop();
    await ended;
  });
});
