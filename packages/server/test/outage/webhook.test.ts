import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { messageKey, SecretBytes, text } from "@chatelaine/crypto";
import type { EventCode } from "@chatelaine/protocol";
import { EventLog } from "../../src/app/event-log.ts";
import { Metrics } from "../../src/app/metrics.ts";
import { Webhook } from "../../src/app/webhook.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { Scheduler } from "../../src/platform/scheduler.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const SENDER = { systemId: "sys", nodeId: "nod_a", nodeName: "first" };
const SILENT = { log: () => undefined, child: () => SILENT };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe("the webhook", () => {
  let server: Server;
  let answers: number[];
  let received: Received[];
  let pauses: number[];
  let arrived: () => void;
  let log: EventLog;
  let webhook: Webhook;

  /** Waits no time at all, and writes down for how long it would have. */
  const hurried: Scheduler = {
    after: (delayMs, run) => {
      pauses.push(delayMs);
      const immediate = setImmediate(run);
      return () => {
        clearImmediate(immediate);
      };
    },
  };

  beforeEach(async () => {
    answers = [];
    received = [];
    pauses = [];
    arrived = () => undefined;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(answers.shift() ?? 204).end();
        arrived();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    using secret = SecretBytes.copyOf(text(SECRET));
    log = new EventLog(SILENT, new Metrics("test"), systemClock);
    webhook = new Webhook({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      key: messageKey(secret),
      severity: "warning",
      sender: SENDER,
      idOf: (event) => log.idOf(event),
      fetch: globalThis.fetch,
      scheduler: hurried,
      random: { bytes: (length) => new Uint8Array(length) },
      events: log,
    });
    log.listen((event) => {
      webhook.offer(event);
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function receives(count: number): Promise<void> {
    while (received.length < count) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  }

  /** Everything that was offered has been taken or dropped. */
  async function isDone(): Promise<void> {
    while (webhook.figures.waiting > 0) {
      await new Promise(setImmediate);
    }
  }

  function codes(): readonly EventCode[] {
    return received.map(({ body }) => (JSON.parse(body) as { code: EventCode }).code);
  }

  it("gets each event with who sends it, signed", async () => {
    log.raise("backup.missing");
    await receives(1);
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    const { sequence, atMs, ...told } = JSON.parse(body) as Record<string, unknown>;
    assert.ok(sequence === 1 && typeof atMs === "number");
    assert.deepEqual(told, {
      ...SENDER,
      code: "backup.missing",
      severity: "error",
      meaning: "No verified backup covers the current master secret",
      entssoId: 10589,
      fields: {},
    });
    const mac = createHmac("sha256", SECRET).update(body).digest("hex");
    assert.equal(headers["chatelaine-signature"], `sha256=${mac}`);
    assert.match(String(headers["chatelaine-event"]), /^nod_a-\d+-1$/);
    assert.equal(headers["content-type"], "application/json");
  });

  it("gets no event below the severity that was asked for", async () => {
    log.raise("node.ready");
    log.raise("database.lost");
    await receives(1);
    assert.deepEqual(codes(), ["database.lost"]);
  });

  it("gets an event again until it takes it, after longer and longer pauses, and then the next", async () => {
    answers = [503, 500, 429, 204];
    log.raise("backup.missing");
    log.raise("database.lost");
    await receives(5);
    await isDone();
    assert.deepEqual(codes().slice(0, 5), [
      ...Array<EventCode>(4).fill("backup.missing"),
      "database.lost",
    ]);
    assert.deepEqual(
      pauses.filter((delayMs) => delayMs <= 4000),
      [500, 1000, 2000],
    );
    const ids = new Set(received.slice(0, 4).map(({ headers }) => headers["chatelaine-event"]));
    assert.equal(ids.size, 1, "the receiver knows the repetition");
    const said = log.since(0).map(({ code }) => code);
    assert.deepEqual(
      said.filter((code) => code.startsWith("webhook.")),
      ["webhook.failing", "webhook.recovered"],
    );
    assert.equal(webhook.figures.failures, 3);
  });

  it("gets it after it was not there at all", async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    log.raise("backup.missing");
    while (webhook.figures.failures === 0) {
      await new Promise(setImmediate);
    }
    server.listen(port, "127.0.0.1");
    await receives(1);
    await isDone();
    assert.equal(codes()[0], "backup.missing");
  });

  it("is not asked again for what it will never take", async () => {
    answers = [422, 204];
    log.raise("backup.missing");
    log.raise("database.lost");
    await receives(2);
    await isDone();
    assert.deepEqual(codes(), ["backup.missing", "database.lost"]);
    assert.equal(webhook.figures.dropped, 1);
    assert.ok(log.since(0).some(({ code }) => code === "webhook.dropped"));
  });

  it("follows no redirection to another place", async () => {
    answers = [307, 204];
    log.raise("backup.missing");
    await receives(2);
    await isDone();
    assert.equal(webhook.figures.failures, 1);
  });

  it("misses the oldest of too many, which is counted and said", async () => {
    answers = Array<number>(20_000).fill(503);
    for (let row = 0; row < 1100; row += 1) {
      log.raise("trust.row-refused", { table: String(row) });
    }
    assert.equal(webhook.figures.waiting, 1000);
    assert.equal(webhook.figures.dropped, 100);
    assert.ok(log.since(0).some(({ code }) => code === "webhook.dropped"));
    answers = [];
    await isDone();
    const last = received.at(-1)?.body ?? "";
    assert.match(last, /webhook.recovered|"table":"1099"/);
  });
});
