import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { ApplicationView, ItemView } from "@chatelaine/protocol";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import {
  batchGet,
  batchReveal,
  getItem,
  itemHistory,
  listItems,
  revealItem,
} from "../../src/domain/config-item/read-items.ts";
import type { PropertyChanges } from "../../src/domain/config-item/property-bag.ts";
import {
  deleteItem,
  rollBackItem,
  setItem,
  type Precondition,
} from "../../src/domain/config-item/write-items.ts";
import { fromHex } from "@chatelaine/crypto";
import { coded } from "../support/coded.ts";
import {
  CALLER,
  makeSystem,
  startTestNode,
  strangersRing,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const NONE: Precondition = { kind: "none" };

describe("config items", () => {
  let system: TestSystem;
  let node: TestNode;
  let application: string;
  let count = 0;

  before(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
  });
  beforeEach(async () => {
    count += 1;
    ({ applicationId: application } = await newApplication(`Orders ${count}`));
  });
  after(async () => {
    await node.stop();
    system.place.discard();
  });

  function newApplication(name: string): Promise<ApplicationView> {
    return createApplication(node, CALLER, {
      name,
      type: "config-store",
      enabled: true,
      fields: [
        { name: "host" },
        { name: "port", type: "number" },
        { name: "password", masked: true },
      ],
    });
  }

  async function set(
    identifier: string,
    changes: PropertyChanges,
    precondition = NONE,
  ): Promise<string> {
    const request = { application, identifier, changes, precondition };
    return (await setItem(node, CALLER, request)).revision;
  }

  const at = (revision: string): Precondition => ({
    kind: "revision",
    revision: fromHex(revision),
  });
  const reveal = (identifier: string): Promise<ItemView> =>
    revealItem(node, CALLER, { application, identifier });
  const propertiesOf = async (identifier: string) => (await reveal(identifier)).properties;

  it("come back as they were set, and each set gives another revision", async () => {
    const first = await set("sftp", { host: "a", port: 22, password: "one" });
    const second = await set("sftp", { password: "two" });
    assert.deepEqual(await propertiesOf("sftp"), { host: "a", port: 22, password: "two" });
    assert.notEqual(first, second);
  });

  it("lose a value that is set to null, and keep those that are not named", async () => {
    await set("sftp", { host: "a", port: 22 });
    await set("sftp", { port: null });
    const { properties, missing } = await reveal("sftp");
    assert.deepEqual([properties, missing], [{ host: "a" }, ["port", "password"]]);
  });

  it("leave their masked fields out unless they are revealed", async () => {
    await set("sftp", { host: "a", password: "hidden" });
    const shown = await getItem(node, CALLER, { application, identifier: "sftp" });
    assert.deepEqual([shown.properties, shown.masked], [{ host: "a" }, ["password"]]);
    assert.doesNotMatch(JSON.stringify(shown), /hidden/);
    const answer = await batchGet(node, CALLER, application, ["sftp"]);
    assert.doesNotMatch(JSON.stringify(answer), /hidden/);
  });

  it("are not found under another identifier or application", async () => {
    await set("sftp", { host: "a" });
    await assert.rejects(reveal("SFTP"), coded("config-item-not-found"));
    const nowhere = { application: "app_aaaaaaaaaaaaaaaa", identifier: "sftp" };
    await assert.rejects(revealItem(node, CALLER, nowhere), coded("application-not-found"));
  });

  it("are changed only from the revision that was read, if one is named", async () => {
    const read = await set("http", { host: "one" });
    await set("http", { host: "two" }, at(read));
    await assert.rejects(set("http", { host: "three" }, at(read)), coded("revision-conflict"));
    await assert.rejects(set("absent", { host: "x" }, at(read)), coded("revision-conflict"));
    assert.deepEqual(await propertiesOf("http"), { host: "two" });
  });

  it("are created only where there is none, if that is asked for", async () => {
    await set("http", { host: "one" }, { kind: "absent" });
    const again = set("http", { host: "two" }, { kind: "absent" });
    await assert.rejects(again, coded("revision-conflict"));
    assert.deepEqual(await propertiesOf("http"), { host: "one" });
  });

  it("keep every field that writers who arrive together have named", async () => {
    const changes: PropertyChanges[] = [{ host: "a" }, { port: 1 }, { password: "b" }];
    await Promise.all(changes.map((change) => set("race", change)));
    assert.deepEqual(await propertiesOf("race"), { host: "a", port: 1, password: "b" });
  });

  it("keep nothing of a change of which one value does not fit", async () => {
    await set("sftp", { host: "a" });
    await assert.rejects(set("sftp", { host: "b", port: "x" }), coded("value-invalid"));
    await assert.rejects(set("sftp", { host: "b", nothing: "x" }), coded("field-unknown"));
    assert.deepEqual(await propertiesOf("sftp"), { host: "a" });
  });

  it("have a history, newest first, that can be gone back to", async () => {
    const first = await set("sftp", { password: "one" });
    const second = await set("sftp", { password: "two" });
    await set("sftp", { password: "three" });
    const name = { application, identifier: "sftp" };
    const { items } = await itemHistory(node, CALLER, name);
    assert.deepEqual(
      items.map(({ revision }) => revision),
      [second, first],
    );
    await rollBackItem(node, CALLER, { ...name, precondition: NONE, revision: first });
    assert.deepEqual(await propertiesOf("sftp"), { password: "one" });
    const unknown = rollBackItem(node, CALLER, {
      ...name,
      precondition: NONE,
      revision: "0".repeat(32),
    });
    await assert.rejects(unknown, coded("revision-not-found"));
  });

  it("keep their history when they are deleted, and come back from it", async () => {
    const revision = await set("sftp", { password: "one" });
    const name = { application, identifier: "sftp" };
    await deleteItem(node, CALLER, { ...name, precondition: at(revision) });
    await assert.rejects(reveal("sftp"), coded("config-item-not-found"));
    assert.equal((await itemHistory(node, CALLER, name)).items.length, 1);
    await rollBackItem(node, CALLER, { ...name, precondition: { kind: "absent" }, revision });
    assert.deepEqual(await propertiesOf("sftp"), { password: "one" });
  });

  it("are listed page by page in the order of their bytes, each once", async () => {
    for (const identifier of ["b", "a/2", "a/1", "é", "Z"]) {
      await set(identifier, { host: identifier });
    }
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await listItems(node, CALLER, application, {
        after: next,
        limit: 2,
        prefix: "",
      });
      seen.push(...page.items.map(({ identifier }) => identifier));
      next = page.next;
    } while (next !== undefined);
    assert.deepEqual(seen, ["Z", "a/1", "a/2", "b", "é"]);
    const some = await listItems(node, CALLER, application, {
      after: undefined,
      limit: 9,
      prefix: "a/",
    });
    assert.equal(some.items.length, 2);
  });

  it("are read together, and those that are not there are named", async () => {
    await set("a", { password: "1" });
    await set("b", { password: "2" });
    const answer = await batchReveal(node, CALLER, application, ["b", "none", "a", "b"]);
    assert.deepEqual(
      answer.items.map(({ identifier, properties }) => [identifier, properties["password"]]),
      [
        ["b", "2"],
        ["a", "1"],
      ],
    );
    assert.deepEqual(answer.notFound, ["none"]);
  });

  it("leave an audit row for each change and each disclosure (P10)", async () => {
    await set("audited", { password: "x" });
    await reveal("audited");
    await getItem(node, CALLER, { application, identifier: "audited" });
    await batchReveal(node, CALLER, application, ["audited"]);
    const rows = await node.database.read(({ audit }) =>
      audit.list({ after: 0n, limit: 1000, applicationId: application }),
    );
    const told = rows
      .filter(({ about }) => about["identifier"] === "audited")
      .map(({ action, caller, requestId }) => [action, caller, requestId]);
    assert.deepEqual(told, [
      ["config.set", "tester", "req_test"],
      ["config.reveal", "tester", "req_test"],
      ["config.batch-reveal", "tester", "req_test"],
    ]);
  });

  it("are not disclosed when that cannot be recorded (P10)", async () => {
    await set("audited", { password: "x" });
    const disclosures = { record: () => Promise.reject(new TypeError("the disk is full")) };
    const deaf = { ...node, disclosures };
    const name = { application, identifier: "audited" };
    await assert.rejects(revealItem(deaf, CALLER, name), TypeError);
    await assert.rejects(batchReveal(deaf, CALLER, application, ["audited"]), TypeError);
  });

  it("are not sealed by a node that holds another secret", async () => {
    // Its stamps do not verify, so nothing is written.
    const keyring = {
      forReading: () => strangersRing(node.self),
      forSealing: () => strangersRing(node.self),
    };
    const request = {
      application,
      identifier: "forged",
      changes: { host: "x" },
      precondition: NONE,
    };
    const forged = setItem({ ...node, keyring }, CALLER, request);
    await assert.rejects(forged, coded("row-not-authentic"));
    await assert.rejects(reveal("forged"), coded("config-item-not-found"));
  });

  it("are written once for one idempotency key", async () => {
    const repeatable = { key: "once", request: new Uint8Array([count]) };
    const request = { application, identifier: "a", precondition: NONE, repeatable };
    const first = await setItem(node, CALLER, { ...request, changes: { host: "1" } });
    await set("a", { host: "2" });
    const second = await setItem(node, CALLER, { ...request, changes: { host: "1" } });
    assert.deepEqual(second, first);
    assert.deepEqual(await propertiesOf("a"), { host: "2" });
  });
});
