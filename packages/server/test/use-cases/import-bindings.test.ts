import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BindingsImported } from "@chatelaine/protocol";
import type { Caller, TokenCaller } from "../../src/domain/access/caller.ts";
import {
  disableApplication,
  enableApplication,
  updateApplication,
} from "../../src/domain/application/manage-applications.ts";
import { showApplication } from "../../src/domain/application/list-applications.ts";
import { exportBindings, revealBindings } from "../../src/domain/bindings/export-bindings.ts";
import { importBindings, type ImportDeps } from "../../src/domain/bindings/import-bindings.ts";
import type { ImportSteps } from "../../src/domain/bindings/import-desk.ts";
import { listBindings } from "../../src/domain/bindings/list-bindings.ts";
import { setItem } from "../../src/domain/config-item/write-items.ts";
import { bindingText } from "../support/binding-files.ts";
import { coded } from "../support/coded.ts";
import { CALLER, makeSystem, startTestNode, type TestNode } from "../support/test-system.ts";

class Planted extends Error {}

const QUIET: ImportSteps = { step: () => Promise.resolve() };
const PAGE = { after: undefined, limit: 10 };
const PORT = "send-port/Port/primary";

interface TakeOptions {
  readonly password?: string;
  /** What stands behind the root. */
  readonly behind?: string;
  readonly mask?: readonly string[];
  readonly steps?: ImportSteps;
}

describe("importing a binding file", () => {
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

  function take(
    name: string,
    deps: ImportDeps = node,
    options: TakeOptions = {},
  ): Promise<BindingsImported> {
    const { password = "made up", behind = "", mask = [], steps = QUIET } = options;
    const bytes = Buffer.from(bindingText(name, [{ port: "Port", password }]) + behind);
    const request = { name, file: `${name}.xml`, bytes, mask, repeatable: undefined };
    return importBindings(deps, CALLER, request, steps);
  }

  /** Everything that an import could have written. */
  async function state(): Promise<unknown> {
    return await node.database.read(async ({ applications, audit, bindings }) => ({
      applications: await applications.list({ ...PAGE, only: undefined }),
      audit: (await audit.list({ after: 0n, limit: 1000 })).length,
      bindings: await bindings.list(PAGE),
    }));
  }

  /** Runs `meanwhile` behind the first reading, as another writer would. */
  function disturbed(meanwhile: () => Promise<unknown>, times: number): ImportDeps {
    let left = times;
    const { database } = node;
    return {
      ...node,
      database: {
        write: (run) => database.write(run),
        read: async (run) => {
          const result = await database.read(run);
          if (left > 0) {
            left -= 1;
            await meanwhile();
          }
          return result;
        },
      },
    };
  }

  function setPort(application: string, changes: Readonly<Record<string, string>>) {
    const item = { application: `${application}/FTP`, identifier: PORT, changes };
    return setItem(node, CALLER, { ...item, precondition: { kind: "none" } });
  }

  it("leaves nothing of a transaction that fails, whatever it had written", async () => {
    const before = await state();
    const { database } = node;
    const failing: ImportDeps = {
      ...node,
      database: {
        read: (run) => database.read(run),
        write: (run) =>
          database.write(async (stores) => {
            await run(stores);
            throw new Planted();
          }),
      },
    };
    await assert.rejects(take("Failing", failing), Planted);
    assert.deepEqual(await state(), before);
  });

  it("is planned anew when what it is about has changed", async () => {
    await take("Disturbed");
    const deps = disturbed(() => setPort("Disturbed", { userName: "another" }), 1);
    const table = await take("Disturbed", deps, { password: "another" });
    assert.deepEqual(
      table.items.map(({ outcome }) => outcome),
      ["changed"],
    );
    const { file } = await revealBindings(node, CALLER, "Disturbed");
    assert.match(Buffer.from(file).toString(), /userName vt="8"&gt;orders&lt;/);
  });

  it("is planned anew when its application has changed, though it changes nothing of that", async () => {
    await take("Disabled");
    const application = "Disabled/FTP";
    const deps = disturbed(() => disableApplication(node, CALLER, { application }), 1);
    const work = take("Disabled", deps, { password: "another" });
    await assert.rejects(work, coded("application-disabled"));
    await enableApplication(node, CALLER, { application });
    const { file } = await revealBindings(node, CALLER, "Disabled");
    assert.doesNotMatch(Buffer.from(file).toString(), /another/);
  });

  it("keeps what somebody has changed of an application that it changes, too", async () => {
    await take("Renewed");
    const request = { application: "Renewed/FTP", changes: { contact: "somebody" } };
    const deps = disturbed(() => updateApplication(node, CALLER, request), 1);
    await take("Renewed", deps, { mask: ["userName"] });
    const { contact, fields } = await showApplication(node, CALLER, "Renewed/FTP");
    assert.equal(contact, "somebody");
    assert.equal(fields.find(({ name }) => name === "userName")?.masked, true);
  });

  it("hides what was named when the same file was imported again", async () => {
    const address = /<Address>ftp:/;
    await take("Named");
    const before = await exportBindings(node, CALLER, "Named");
    assert.match(Buffer.from(before.file).toString(), address);
    await take("Named", node, { mask: ["Address"] });
    const { file } = await exportBindings(node, CALLER, "Named");
    assert.doesNotMatch(Buffer.from(file).toString(), address);
  });

  it("keeps its own file when another of that name came in between", async () => {
    await take("Overtaken");
    const deps = disturbed(() => take("Overtaken", node, { behind: "<!-- theirs -->" }), 1);
    await take("Overtaken", deps, { behind: "<!-- ours -->" });
    const { file } = await revealBindings(node, CALLER, "Overtaken");
    assert.match(Buffer.from(file).toString(), /<!-- ours -->$/);
  });

  it("gives up when others do not leave it alone", async () => {
    await take("Restless");
    let round = 0;
    const change = () => setPort("Restless", { userName: `${(round += 1)}` });
    const work = take("Restless", disturbed(change, 100), { password: "another" });
    await assert.rejects(work, coded("revision-conflict"));
    assert.equal(round, 5);
  });

  it("makes one of two that arrive together wait for the other", async () => {
    const tables = await Promise.all([take("Together"), take("Together")]);
    assert.deepEqual(tables.map(({ outcome }) => outcome).toSorted(), ["created", "unchanged"]);
  });

  it("tells where it is, from the first character to the last item", async () => {
    const stages: string[] = [];
    const steps: ImportSteps = {
      step: (stage, done, total) => {
        assert.ok(done <= total, stage);
        stages.push(stage);
        return Promise.resolve();
      },
    };
    await take("Progress", node, { steps });
    assert.deepEqual([...new Set(stages)], ["reading", "sealing", "writing"]);
  });

  it("reveals nothing while the audit cannot be written", async () => {
    await take("Unwritten");
    const deps = { ...node, disclosures: { record: () => Promise.reject(new Planted()) } };
    await assert.rejects(revealBindings(deps, CALLER, "Unwritten"), Planted);
    const { view } = await exportBindings(deps, CALLER, "Unwritten");
    assert.equal(view.hidden, 1);
  });

  it("shows a file to a reader of all its applications, and to no other", async () => {
    const both = bindingText("Seen", [{ port: "Port of both", password: "made up" }]);
    const second = bindingText("Unseen", [{ port: "Another port", password: "made up" }]);
    const [port = ""] = /<SendPort [^]*<\/SendPort>/.exec(second) ?? [];
    const bytes = Buffer.from(both.replace("<SendPort ", `${port}<SendPort `));
    const empty = Buffer.from(`<BindingInfo></BindingInfo>`);
    for (const [name, file] of Object.entries({ Both: bytes, Empty: empty })) {
      const request = { name, file: `${name}.xml`, bytes: file, repeatable: undefined };
      await importBindings(node, CALLER, request, QUIET);
    }
    const ids = await node.database.read(async ({ applications }) =>
      (await applications.findManyByName(["Seen/FTP", "Unseen/FTP"])).map(
        ({ unverifiedRow: { applicationId } }) => applicationId,
      ),
    );
    assert.equal(ids.length, 2);
    const readerOf = (applications: TokenCaller["applications"]): TokenCaller => ({
      ...CALLER,
      kind: "reader-token",
      mayReveal: true,
      applications,
    });
    const listed = async (caller: Caller): Promise<readonly string[]> =>
      (await listBindings(node, caller, { ...PAGE, limit: 100 })).items.map(({ name }) => name);
    assert.deepEqual(await listed(readerOf(ids)), ["Both"]);
    await revealBindings(node, readerOf(ids), "Both");
    for (const id of ids) {
      const caller = readerOf([id]);
      assert.deepEqual(await listed(caller), []);
      await assert.rejects(exportBindings(node, caller, "Both"), coded("bindings-not-found"));
      await assert.rejects(revealBindings(node, caller, "Both"), coded("bindings-not-found"));
    }
    await assert.rejects(exportBindings(node, readerOf(ids), "Empty"), coded("bindings-not-found"));
  });

  it("lists files page by page, by name", async () => {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await listBindings(node, CALLER, { after, limit: 2 });
      names.push(...page.items.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(names, names.toSorted());
    assert.ok(names.length >= 5 && !names.includes("Failing"));
  });
});
