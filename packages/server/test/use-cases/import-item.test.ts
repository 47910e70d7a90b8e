import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sealingVersion } from "../../src/domain/config-item/write-items.ts";
import { importItem, type ImportItemDeps } from "../../src/domain/item-import/import-item.ts";
import { coded } from "../support/coded.ts";
import {
  CALLER,
  makeSystem,
  secret,
  startTestNode,
  type TestNode,
} from "../support/test-system.ts";

type Stores = Parameters<Parameters<ImportItemDeps["database"]["write"]>[0]>[0];

describe("importing an item", () => {
  let node: TestNode;
  let discard: () => void;

  before(async () => {
    const system = await makeSystem();
    discard = () => system.place.discard();
    node = await startTestNode(system);
    await take(node, "Shop", ["Url"]);
  });
  after(async () => {
    await node.stop();
    discard();
  });

  function take(deps: ImportItemDeps, application: string, names: readonly string[]) {
    const settings = names.map(
      (name) => `<property name="${name}">${String(names.length)}</property>`,
    );
    const bytes = Buffer.from(`<settings>${settings.join("")}</settings>`);
    const request = { application, file: "s.xml", bytes, password: secret("") };
    return importItem(deps, CALLER, { ...request, repeatable: undefined });
  }

  /** Runs `meanwhile` behind the reading of `store`, as a writer would that PostgreSQL lets in. */
  function disturbed(
    store: "applications" | "configItems",
    meanwhile: (stores: Stores) => Promise<unknown>,
  ): ImportItemDeps {
    const { database } = node;
    const write: ImportItemDeps["database"]["write"] = (run) =>
      database.write((stores) => {
        const watched = new Proxy(stores[store], {
          get:
            (target, key) =>
            async (...given: readonly unknown[]) => {
              const method: unknown = Reflect.get(target, key);
              assert.ok(typeof method === "function");
              const found: unknown = await Reflect.apply(method, target, given);
              if (key === "find" || key === "findByName") {
                await meanwhile(stores);
              }
              return found;
            },
        });
        return run({ ...stores, [store]: watched });
      });
    return { ...node, database: { read: (run) => database.read(run), write } };
  }

  const ofShop = async ({ applications }: Stores) =>
    (await applications.findByName("Shop"))?.unverifiedRow;

  it("gives way to another writer of the item", async () => {
    const deps = disturbed("configItems", async (stores) => {
      const { configItems } = stores;
      const { applicationId } = (await ofShop(stores)) ?? assert.fail();
      const row = (await configItems.find(applicationId, "ConfigProperties")) ?? assert.fail();
      const next = { ...row, revision: new Uint8Array(16) };
      await configItems.put(next, sealingVersion(node.keyring.forSealing()), row.revision);
    });
    await assert.rejects(take(deps, "Shop", ["Url", "Other"]), coded("revision-conflict"));
  });

  it("gives way to another writer of its application", async () => {
    const deps = disturbed("applications", async (stores) => {
      const { applicationId, revision } = (await ofShop(stores)) ?? assert.fail();
      await stores.applications.remove(applicationId, revision);
    });
    await assert.rejects(take(deps, "Shop", ["Url", "Other"]), coded("revision-conflict"));
  });

  it("tells the audit of what it makes and changes, and of nothing else", async () => {
    const seen = await actions();
    await take(node, "Told", ["Url"]);
    assert.deepEqual((await actions()).slice(seen.length), ["application.create", "config.set"]);
    await take(node, "Told", ["Url"]);
    assert.equal((await actions()).length, seen.length + 2);
    await take(node, "Told", ["Url", "Other"]);
    assert.deepEqual((await actions()).slice(seen.length + 2), [
      "application.update",
      "config.set",
    ]);
  });

  async function actions(): Promise<readonly string[]> {
    const rows = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 1000 }));
    return rows.map(({ action }) => action);
  }
});
