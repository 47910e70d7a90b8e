import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { SpoolFile } from "../../src/app/spool-file.ts";
import { CodedError, isCoded } from "../../src/base/coded-error.ts";
import { GroupedDisclosures, type DisclosuresDeps } from "../../src/domain/audit/disclosures.ts";
import { shipSpool } from "../../src/domain/audit/ship-spool.ts";
import type { ErrorCode } from "@chatelaine/protocol";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  startTestNode,
  type TestNode,
} from "../support/test-system.ts";

type Database = DisclosuresDeps["database"];

describe("disclosures that the database could not take", () => {
  const directory = mkdtempSync(join(tmpdir(), "chatelaine-ship-"));
  const path = join(directory, "spool");
  let node: TestNode;
  let discard: () => void;
  let spool: SpoolFile;
  let last = 0n;

  before(async () => {
    const system = await makeSystem();
    discard = () => {
      system.place.discard();
    };
    node = await startTestNode(system);
  });
  after(async () => {
    await node.stop();
    discard();
    rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    rmSync(path, { force: true });
    await reopen();
    last = (await rows()).at(-1)?.sequence ?? last;
  });

  async function reopen(): Promise<void> {
    spool = (await SpoolFile.open(path, 1_000_000)).spool;
  }

  /** Of disclosures since the test began. */
  async function rows() {
    return await node.database.read(({ audit }) =>
      audit.list({ after: last, limit: 1000, action: "config.reveal" }),
    );
  }

  async function told(): Promise<readonly (string | undefined)[]> {
    return (await rows()).map(({ about }) => about["identifier"]);
  }

  function disclose(database: Database, ...identifiers: readonly string[]): Promise<void> {
    const disclosures = new GroupedDisclosures({ ...EFFECTS, database, spool });
    const entries = identifiers.map((identifier) =>
      node.auditor.entry(CALLER, "config.reveal", { identifier }),
    );
    return disclosures.record(entries);
  }

  const failing = (code: ErrorCode): Database => ({
    write: () => Promise.reject(new CodedError(code)),
  });

  for (const code of ["database-unavailable", "database-locked", "outcome-unknown"] as const) {
    it(`are shipped in their order, after ${code}`, async () => {
      await disclose(failing(code), "a", "b");
      await disclose(failing(code), "c");
      assert.deepEqual(await told(), []);
      assert.equal(await shipSpool(node.database, spool), 3);
      assert.deepEqual(await told(), ["a", "b", "c"]);
      assert.equal(spool.bytes, 0);
      await spool.close();
    });
  }

  it("are not kept where the database has refused them", async () => {
    const refused = disclose(failing("row-not-authentic"), "a");
    await assert.rejects(refused, (error) => isCoded(error, "row-not-authentic"));
    assert.equal(spool.bytes, 0);
    await spool.close();
  });

  it("are told once if their commit was made although nobody heard of it", async () => {
    const deaf: Database = {
      write: async (run) => {
        await node.database.write(run);
        throw new CodedError("outcome-unknown");
      },
    };
    await disclose(deaf, "a", "b");
    assert.deepEqual(await told(), ["a", "b"]);
    await shipSpool(node.database, spool);
    assert.deepEqual(await told(), ["a", "b"]);
    await spool.close();
  });

  it("are told once if the node is killed between their commit and the note of it", async () => {
    await disclose(failing("database-unavailable"), "a", "b");
    await disclose(failing("database-unavailable"), "c");
    const killed = `${path}.killed`;
    copyFileSync(path, killed);
    await shipSpool(node.database, spool);
    await spool.close();
    copyFileSync(killed, path);
    await reopen();
    assert.ok(spool.bytes > 0);
    await disclose(failing("database-unavailable"), "d");
    await shipSpool(node.database, spool);
    assert.deepEqual(await told(), ["a", "b", "c", "d"]);
    await spool.close();
  });

  it("stay when the database goes away in the middle", async () => {
    await disclose(failing("database-unavailable"), "a");
    await assert.rejects(shipSpool(failing("database-unavailable"), spool));
    assert.ok(spool.bytes > 0);
    await shipSpool(node.database, spool);
    assert.deepEqual(await told(), ["a"]);
    await spool.close();
  });

  it("are refused, and so nothing is disclosed, if the disk does not take them", async () => {
    await spool.close();
    spool = (await SpoolFile.open(path, 30)).spool;
    const refused = disclose(failing("database-unavailable"), "a");
    await assert.rejects(refused, (error) => isCoded(error, "audit-unavailable"));
    await shipSpool(node.database, spool);
    assert.deepEqual(await told(), []);
    await spool.close();
  });
});
