import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fromHex } from "@chatelaine/crypto";
import { deleteBindings } from "../../src/domain/bindings/delete-bindings.ts";
import { revealBindings } from "../../src/domain/bindings/export-bindings.ts";
import { importBindings } from "../../src/domain/bindings/import-bindings.ts";
import { listBindings } from "../../src/domain/bindings/list-bindings.ts";
import { revealItem } from "../../src/domain/config-item/read-items.ts";
import { sealingVersion } from "../../src/domain/config-item/write-items.ts";
import { bindingFile } from "../support/binding-files.ts";
import { coded } from "../support/coded.ts";
import { CALLER, makeSystem, startTestNode, type TestNode } from "../support/test-system.ts";

const PAGE = { after: undefined, limit: 100 };
const PORT = "send-port/Port/primary";

describe("deleting a binding file", () => {
  let node: TestNode;
  let discard: () => void;

  before(async () => {
    const system = await makeSystem();
    discard = () => system.place.discard();
    node = await startTestNode(system);
  });
  after(async () => {
    await node.stop();
    discard();
  });

  async function take(name: string, password = "made up"): Promise<void> {
    const bytes = bindingFile(name, [{ port: "Port", password }]);
    const request = { name, file: `${name}.xml`, bytes, repeatable: undefined };
    await importBindings(node, CALLER, request, { step: () => Promise.resolve() });
  }

  function remove(name: string, ifMatch?: Uint8Array, key?: string) {
    const request = new TextEncoder().encode(name);
    const repeatable = key === undefined ? undefined : { key, request };
    return deleteBindings(node, CALLER, { name, ifMatch, repeatable });
  }

  async function revisionOf(name: string): Promise<Uint8Array> {
    const { items } = await listBindings(node, CALLER, PAGE);
    return fromHex(items.find((one) => one.name === name)?.revision ?? "");
  }

  async function auditRows(): Promise<readonly unknown[]> {
    const rows = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 1000 }));
    return rows
      .filter(({ action }) => action === "bindings.delete")
      .map(({ about }) => about["bindings"]);
  }

  it("removes the file and its pieces, keeps what came of it, and is told", async () => {
    await take("Orders");
    const revision = await revisionOf("Orders");
    const deleted = await remove("ORDERS");
    assert.deepEqual(fromHex(deleted.revision), revision);
    assert.deepEqual(
      await node.database.read(({ bindings }) => bindings.chunks("orders", 0, 100)),
      [],
    );
    await assert.rejects(revealBindings(node, CALLER, "Orders"), coded("bindings-not-found"));
    const item = await revealItem(node, CALLER, { application: "Orders/FTP", identifier: PORT });
    assert.equal(item.properties["password"], "made up");
    assert.deepEqual(await auditRows(), ["ORDERS"]);
    await assert.rejects(remove("Orders"), coded("bindings-not-found"));
    assert.equal((await auditRows()).length, 1, "what did not happen is not told");
  });

  it("keeps a file that was imported anew since it was looked at", async () => {
    await take("Renewed");
    const seen = await revisionOf("Renewed");
    await take("Renewed", "another");
    await assert.rejects(remove("Renewed", seen), coded("revision-conflict"));
    const now = await revisionOf("Renewed");
    assert.notDeepEqual(now, seen);
    await remove("Renewed", now);
    await assert.rejects(remove("Renewed", now), coded("bindings-not-found"));
  });

  it("answers a repetition with what was done, and removes nothing that came later", async () => {
    await take("Repeated");
    const first = await remove("Repeated", undefined, "key");
    await take("Repeated");
    assert.deepEqual(await remove("Repeated", undefined, "key"), first);
    assert.equal((await revisionOf("Repeated")).length, 16);
  });

  it("removes a file that does not open any more, and is in the way of the list", async () => {
    await take("Broken");
    const version = sealingVersion(node.keyring.forSealing());
    await node.database.write(async ({ bindings }) => {
      const row = await bindings.find("broken");
      assert.ok(row !== undefined);
      await bindings.put({ ...row, revision: new Uint8Array(16) }, [], version, row.revision);
    });
    await assert.rejects(listBindings(node, CALLER, PAGE), coded("cannot-open"));
    await remove("Broken");
    await listBindings(node, CALLER, PAGE);
  });
});
