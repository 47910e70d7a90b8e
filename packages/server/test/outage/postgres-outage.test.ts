import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { AuditPageView, EventPageView, ItemView, Problem } from "@chatelaine/protocol";
import { startPostgres, type TestPostgres } from "../../../../tools/test-postgres.ts";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { ComposedNode } from "../support/composed-node.ts";
import { CountingProxy } from "../support/counting-proxy.ts";
import { withJson, withToken, type Answer, type Ask } from "../support/http-client.ts";
import { CALLER, type TestNode } from "../support/test-system.ts";
import { furnish, type Furniture } from "../walk/furniture.ts";
import { ask } from "../walk/requests.ts";

const LOOK_MS = 20;
const SOON_MS = 15_000;
/** A pool of eight, one session for fenced writes, and one for the lease. */
const SESSIONS_MAX = 10;
const AT_ONCE = 200;

describe("a node whose PostgreSQL is gone", () => {
  let server: TestPostgres;
  let proxy: CountingProxy;
  let directory: string;
  let node: ComposedNode;
  let furniture: Furniture;
  let disclosed = 0;

  before(async () => {
    server = await startPostgres();
    const url = new URL(server.url);
    proxy = await CountingProxy.to({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    directory = mkdtempSync(join(tmpdir(), "chatelaine-outage-"));
    const place = { directory, databaseUrl: url.href, discard: () => Promise.resolve() };
    node = await ComposedNode.start(place, async (opened) => {
      furniture = await furnish(opened);
      await makeUnkept(opened);
    });
    for (const [application, identifier] of [
      ["Own", "other"],
      ["Unkept", "item"],
    ] as const) {
      await changed(application, identifier);
    }
  });
  after(async () => {
    await node.stop();
    await proxy.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  async function makeUnkept(opened: TestNode): Promise<void> {
    await createApplication(opened, CALLER, {
      name: "Unkept",
      type: "config-store",
      enabled: true,
      flags: { disableCredCache: true },
      fields: [{ name: "host" }],
    });
  }

  function send(request: Ask): Promise<Answer> {
    return node.send(node.loopback, withToken(request, furniture.tokens.revealer));
  }

  async function reveal(identifier: string, application = "Own"): Promise<Answer> {
    const answer = await send(ask("config.reveal", { application, identifier }));
    disclosed += answer.status === 200 ? 1 : 0;
    return answer;
  }

  function changed(application: string, identifier: string): Promise<Answer> {
    const set = ask("config.set", { application, identifier });
    return send(withJson(set, { properties: { host: "h2" } }));
  }

  function refusedAs(code: string, answer: Answer): void {
    assert.equal((JSON.parse(answer.text) as Problem).code, code, answer.text);
    assert.match(String(answer.headers["retry-after"]), /^\d+$/);
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; !(await holds()); waitedMs += LOOK_MS) {
      assert.ok(waitedMs < SOON_MS, what);
      await pause(systemScheduler, LOOK_MS);
    }
  }

  async function metric(name: string): Promise<number> {
    const { text } = await node.send(node.loopback, { method: "GET", path: "/metrics" });
    return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
  }

  async function eventCodes(): Promise<readonly string[]> {
    const { text } = await node.send(node.socket, { method: "GET", path: "/v1/events?limit=200" });
    return (JSON.parse(text) as EventPageView).items.map(({ code }) => code);
  }

  async function revealsInAudit(): Promise<readonly string[]> {
    const rows: string[] = [];
    let next: string | undefined;
    do {
      const path = `/v1/audit?action=config.reveal&limit=200&after=${next ?? "0"}`;
      const { text } = await node.send(node.socket, { method: "GET", path });
      const page = JSON.parse(text) as AuditPageView;
      rows.push(...page.items.map(({ requestId }) => requestId));
      next = page.next;
    } while (next !== undefined);
    return rows;
  }

  const isAway = async (): Promise<boolean> =>
    (await metric("chatelaine_database_reachable")) === 0;
  const isBack = async (): Promise<boolean> => !(await isAway());

  it("answers without an age while the database does", async () => {
    const answer = await reveal("item");
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.age, undefined);
    await reveal("item", "Unkept").then(({ status }) => assert.equal(status, 200));
  });

  it("goes on revealing what it has looked up, and says how old it is", async () => {
    await server.kill9();
    await until("the reveal to go on", async () => (await reveal("item")).status === 200);
    const answer = await reveal("item");
    const item = JSON.parse(answer.text) as ItemView;
    assert.equal(item.properties["password"], "second of Own");
    assert.match(String(answer.headers.age), /^\d+$/);
    assert.equal(Number(answer.headers.age), item.ageSeconds);
    const batch = ask("config.batch-get", { application: "Own" });
    const many = await send(withJson(batch, { identifiers: ["item"] }));
    assert.equal(many.status, 200, many.text);
    assert.match(String(many.headers.age), /^\d+$/);
  });

  it("keeps what it has written as well as what it has read", async () => {
    const { status, text } = await send(
      ask("config.get", { application: "Own", identifier: "other" }),
    );
    assert.equal(status, 200, text);
    assert.equal((JSON.parse(text) as ItemView).properties["host"], "h2");
  });

  it("refuses what it has not looked up, what must not be kept, lists and changes", async () => {
    refusedAs("database-unavailable", await reveal("never read"));
    refusedAs("database-unavailable", await reveal("item", "Unkept"));
    refusedAs("database-unavailable", await send(ask("config.list", { application: "Own" })));
    refusedAs("database-unavailable", await changed("Own", "item"));
    refusedAs("database-unavailable", await send(ask("token.list")));
    const batch = withJson(ask("config.batch-get", { application: "Own" }), {
      identifiers: ["item", "never read"],
    });
    refusedAs("database-unavailable", await send(batch));
  });

  it("believes no token that it has not met", async () => {
    const { tokens } = furniture;
    const request = ask("config.get", { application: "Own", identifier: "item" });
    const answer = await node.send(node.loopback, withToken(request, tokens.otherReader));
    refusedAs("database-unavailable", answer);
  });

  it("answers many at once without asking for the database", async () => {
    await until("the circuit to open", isAway);
    proxy.takeCount();
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => reveal("item")));
    const refused = await Promise.all(Array.from({ length: AT_ONCE }, () => reveal("never read")));
    const tookMs = performance.now() - startedAt;
    assert.ok(answers.every(({ status }) => status === 200));
    assert.ok(refused.every(({ status }) => status === 503));
    assert.ok(tookMs < SOON_MS, `took ${tookMs} ms`);
    assert.ok(proxy.takeCount() <= 2 + tookMs / 500, "none but the probe connects");
    assert.ok((await metric("chatelaine_audit_spool_bytes")) > 0);
    assert.ok((await eventCodes()).includes("audit.spooled"));
  });

  it("is used again when it is back, without a storm of connections", async () => {
    await until("some probes to have failed", async () => proxy.takeCount() > 0);
    await server.restart();
    proxy.takeCount();
    const crowd = Array.from({ length: AT_ONCE }, async () => {
      await until("the database to be used again", async () => {
        const { status, headers } = await reveal("item");
        return status === 200 && headers.age === undefined;
      });
    });
    await Promise.all(crowd);
    const connections = proxy.takeCount();
    assert.ok(connections <= SESSIONS_MAX + 3, `${connections} connections`);
    await until("the change to succeed", async () => (await changed("Own", "item")).status === 200);
  });

  it("has every disclosure in the audit, once", async () => {
    await until(
      "the spool to be shipped",
      async () => (await metric("chatelaine_audit_spool_bytes")) === 0,
    );
    const told = await revealsInAudit();
    assert.equal(new Set(told).size, told.length, "none is told twice");
    assert.equal(told.length, disclosed);
    const codes = await eventCodes();
    for (const code of ["database.lost", "database.back", "audit.shipped"]) {
      assert.ok(codes.includes(code), code);
    }
  });

  it("answers from what it kept soon after the database hangs", async () => {
    proxy.freeze();
    const answers = Promise.all(Array.from({ length: AT_ONCE }, () => reveal("item")));
    await until("the circuit to open", isAway);
    assert.ok((await answers).every(({ status }) => status === 200));
    const startedAt = performance.now();
    assert.equal((await reveal("item")).status, 200);
    assert.ok(performance.now() - startedAt < 1000);
    proxy.thaw();
    await until("the database to be used again", isBack);
    await until(
      "the spool to be shipped",
      async () => (await metric("chatelaine_audit_spool_bytes")) === 0,
    );
    const told = await revealsInAudit();
    assert.equal(new Set(told).size, told.length, "none is told twice");
    assert.equal(told.length, disclosed);
  });

  it("keeps nothing after it was told to forget", async () => {
    await reveal("item");
    const purged = await send(ask("cache.purge"));
    assert.equal(purged.status, 200);
    await server.kill9();
    await until("the reveal to be refused", async () => (await reveal("item")).status === 503);
    refusedAs("database-unavailable", await reveal("item"));
    await server.restart();
    await until("the database to be used again", isBack);
  });
});
