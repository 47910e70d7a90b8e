import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { TestPooler } from "../../../../tools/test-pooler.ts";
import { startPostgres, type TestPostgres } from "../../../../tools/test-postgres.ts";
import { onServer } from "../../../../tools/test-postgres-pair.ts";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { ComposedNode, postgresNodePlace, type NodePlace } from "../support/composed-node.ts";
import { withJson } from "../support/http-client.ts";
import { furnish } from "../walk/furniture.ts";
import { ask } from "../walk/requests.ts";

const DATABASE = "pooled";
const LOOK_MS = 50;
const WRITES = 40;

const skip = requirement("postgres") ?? requirement("pgbouncer");

describe("a node behind a pooler of transactions", { skip }, () => {
  let server: TestPostgres;
  let pooler: TestPooler;
  let place: NodePlace;
  let node: ComposedNode;

  before(async () => {
    server = await startPostgres();
    pooler = await TestPooler.start({ server: server.url });
    place = await postgresNodePlace(server.url, DATABASE);
    const url = new URL(pooler.url);
    url.pathname = DATABASE;
    node = await ComposedNode.start({ ...place, databaseUrl: url.href }, async (opened) => {
      await furnish(opened);
    });
  });
  after(async () => {
    await node.stop();
    await pooler.stop();
    await place.discard();
    await server.stop();
  });

  it("has founded its system, and claimed", async () => {
    const [{ epoch } = { epoch: 0n }] = await rows("select epoch from fence");
    assert.ok(Number(epoch) >= 1);
  });

  it("renews its lease", async () => {
    const lease = "select expires_at_ms::text as expires, epoch::text as epoch from lease";
    const [first] = await rows(lease);
    let [now] = await rows(lease);
    while (now?.["expires"] === first?.["expires"]) {
      await pause(systemScheduler, LOOK_MS);
      [now] = await rows(lease);
    }
    assert.ok(Number(now?.["expires"]) > Number(first?.["expires"]));
    assert.equal(now?.["epoch"], first?.["epoch"]);
  });

  it("writes and reads, many at once", async () => {
    const statuses = await Promise.all(
      Array.from({ length: WRITES }, async (_, index) => {
        const place = { application: "Own", identifier: `pooled ${String(index)}` };
        const set = withJson(ask("config.set", place), { properties: { host: "h" } });
        const written = await node.send(node.socket, set);
        const read = await node.send(node.socket, ask("config.get", place));
        return [written.status, read.status];
      }),
    );
    assert.deepEqual(
      statuses.filter(([written, read]) => written !== 200 || read !== 200),
      [],
    );
  });

  it("holds no more connections of the server than the pooler has", async () => {
    const [row] = await rows(
      "select count(*)::int as count from pg_stat_activity where application_name = 'chatelaine'",
    );
    assert.ok(Number(row?.["count"]) >= 1);
    assert.ok(Number(row?.["count"]) <= pooler.connectionsMax);
  });

  function rows(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return onServer(server, (sql) => sql.unsafe(query), DATABASE);
  }
});
