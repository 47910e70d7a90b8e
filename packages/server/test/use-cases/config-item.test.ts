import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isCoded } from "../../src/base/coded-error.ts";
import { createApplication } from "../../src/domain/application/create-application.ts";
import type { ApplicationId } from "../../src/domain/application/application.ts";
import { revealConfigItem } from "../../src/domain/config-item/reveal-config-item.ts";
import { setConfigItem } from "../../src/domain/config-item/set-config-item.ts";
import {
  CALLER,
  makeSystem,
  secret,
  startTestNode,
  strangersRing,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

function coded(code: Parameters<typeof isCoded>[1]) {
  return (error: unknown): boolean => isCoded(error, code);
}

describe("config items", () => {
  let system: TestSystem;
  let node: TestNode;
  let applicationId: ApplicationId;

  before(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
    ({ applicationId } = await createApplication(node, CALLER, {
      name: "Orders",
      type: "config-store",
    }));
  });
  after(async () => {
    await node.stop();
    system.place.discard();
  });

  async function set(identifier: string, value: string, ifMatch?: Uint8Array): Promise<Uint8Array> {
    using sealed = secret(value);
    const request = { applicationId, identifier, value: sealed };
    return await setConfigItem(node, CALLER, ifMatch ? { ...request, ifMatch } : request);
  }

  async function reveal(identifier: string): Promise<string> {
    const item = await revealConfigItem(node, CALLER, applicationId, identifier);
    using value = item.value;
    return value.use((bytes) => Buffer.from(bytes).toString());
  }

  it("come back as they were set, and each set gives another revision", async () => {
    const first = await set("sftp", "one");
    const second = await set("sftp", "two");
    assert.equal(await reveal("sftp"), "two");
    assert.notDeepEqual(first, second);
  });

  it("are not found under another identifier or application", async () => {
    await assert.rejects(reveal("SFTP"), coded("config-item-not-found"));
    const nowhere = "app_aaaaaaaaaaaaaaaa" as ApplicationId;
    await assert.rejects(
      revealConfigItem(node, CALLER, nowhere, "sftp"),
      coded("application-not-found"),
    );
  });

  it("are changed only from the revision that was read, if one is named", async () => {
    const read = await set("http", "one");
    await set("http", "two", read);
    await assert.rejects(set("http", "three", read), coded("revision-conflict"));
    await assert.rejects(set("absent", "x", read), coded("revision-conflict"));
    assert.equal(await reveal("http"), "two");
  });

  it("that arrive together are all kept or refused as conflicts", async () => {
    const outcomes = await Promise.allSettled(["a", "b", "c"].map((value) => set("race", value)));
    const stored = outcomes.filter(({ status }) => status === "fulfilled").length;
    assert.ok(stored >= 1);
    assert.match(await reveal("race"), /^[abc]$/);
  });

  it("leave an audit row for each change and each disclosure (P10)", async () => {
    await set("audited", "x");
    await reveal("audited");
    const rows = await node.database.read(({ audit }) => audit.list(0n, 1000));
    const told = rows
      .filter(({ about }) => about["identifier"] === "audited")
      .map(({ action, caller, requestId }) => [action, caller, requestId]);
    assert.deepEqual(told, [
      ["config.set", "tester", "req_test"],
      ["config.reveal", "tester", "req_test"],
    ]);
  });

  it("are neither sealed nor given out by a node that holds nothing", async () => {
    const empty = {
      forReading: () => {
        throw new TypeError("unreachable in this test");
      },
      forSealing: () => strangersRing(node.self),
    };
    using value = secret("x");
    // Sealed under a secret that is not the system's: the stamp does not verify, nothing is written.
    await assert.rejects(
      setConfigItem({ ...node, keyring: empty }, CALLER, {
        applicationId,
        identifier: "forged",
        value,
      }),
      coded("row-not-authentic"),
    );
    await assert.rejects(reveal("forged"), coded("config-item-not-found"));
  });

  it("belong to applications whose names differ in more than case", async () => {
    await assert.rejects(
      createApplication(node, CALLER, { name: "ORDERS", type: "config-store" }),
      coded("application-exists"),
    );
  });
});
