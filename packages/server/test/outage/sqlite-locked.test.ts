import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { AuditPageView, Problem } from "@chatelaine/protocol";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { ComposedNode, stateDirectoryOf } from "../support/composed-node.ts";
import { withJson } from "../support/http-client.ts";
import { furnish } from "../walk/furniture.ts";
import { ask } from "../walk/requests.ts";

const LOOK_MS = 20;
const LOOKS_MAX = 500;

describe("a node whose SQLite file another process holds in a write", () => {
  let directory: string;
  let node: ComposedNode;
  let holder: DatabaseSync;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "chatelaine-locked-"));
    const place = { directory, databaseUrl: undefined, discard: () => Promise.resolve() };
    node = await ComposedNode.start(place, async (opened) => {
      await furnish(opened);
    });
    holder = new DatabaseSync(join(stateDirectoryOf(place), "sso.db"));
  });
  after(async () => {
    holder.close();
    await node.stop();
    rmSync(directory, { recursive: true });
  });

  async function reveals(): Promise<readonly string[]> {
    const path = "/v1/audit?action=config.reveal&limit=200";
    const { text } = await node.send(node.socket, { method: "GET", path });
    return (JSON.parse(text) as AuditPageView).items.map(({ requestId }) => requestId);
  }

  it("goes on revealing, refuses changes, and has each disclosure in the audit once", async () => {
    holder.exec("begin immediate");
    const reveal = ask("config.reveal", { application: "Own", identifier: "item" });
    const answers = await Promise.all([1, 2, 3].map(() => node.send(node.socket, reveal)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.deepEqual(await reveals(), []);
    const set = withJson(ask("config.set", { application: "Own", identifier: "item" }), {
      properties: { host: "h" },
    });
    const refused = await node.send(node.socket, set);
    assert.equal((JSON.parse(refused.text) as Problem).code, "database-locked");
    assert.match(String(refused.headers["retry-after"]), /^\d+$/);
    holder.exec("rollback");
    for (let look = 0; (await reveals()).length < 3; look += 1) {
      assert.ok(look < LOOKS_MAX, "the spool is not shipped");
      await pause(systemScheduler, LOOK_MS);
    }
    assert.equal(new Set(await reveals()).size, 3);
    assert.equal((await reveals()).length, 3);
  });
});
