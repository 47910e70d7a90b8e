import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemRandom } from "../../src/platform/random.ts";
import { bindingFile } from "../support/binding-files.ts";
import { ComposedNode, type NodePlace } from "../support/composed-node.ts";
import { withJson, type Answer, type Ask } from "../support/http-client.ts";
import { withParts } from "../support/import-client.ts";
import { ask } from "../walk/requests.ts";
import { foundIn, needlesOf } from "./needles.ts";
import { searchFiles } from "./search-files.ts";

const ITEMS = 1000;
const AT_ONCE = 32;
const BATCH = 100;

/** Where one database lies, and how to put something into it that nobody sealed. */
export interface SearchedPlace {
  readonly node: NodePlace;
  /** Of the database's own files; those of the state directory are searched as well. */
  readonly dataDirectory: string;
  /** Writes everything that the database has in memory to its files. */
  flush(): Promise<void>;
  /** Puts the text into a table, in clear. */
  plant(text: string): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes, reads and reveals items with known secrets, and looks for those in everything that a
 * node and its database leave behind (P8). Every secret has the same mark in it, so that one
 * search looks for all of them.
 */
export function byteSearchSuite(database: string, makePlace: () => Promise<SearchedPlace>): void {
  describe(`after ${ITEMS} secrets have been written, read and revealed, ${database}`, () => {
    const mark = newMark();
    const needles = needlesOf(mark);
    let place: SearchedPlace;
    let node: ComposedNode;
    let logged: string;

    before(async () => {
      place = await makePlace();
      node = await ComposedNode.start(place.node);
      await useSecrets(node, mark);
      await place.flush();
      logged = node.logged.join("");
    });
    after(async () => {
      await node.stop();
      await place.discard();
    });

    it("holds none of them in its files", async () => {
      assert.deepEqual(await searchFiles(place.dataDirectory, needles), []);
      assert.deepEqual(await searchFiles(place.node.directory, needles), []);
    });

    it("has let none of them into the log", () => {
      assert.deepEqual(foundIn(Buffer.from(logged), needles), []);
      assert.ok(logged.split("\n").length > ITEMS, "each request is in it");
    });

    it("has let none of them into the audit or the events", async () => {
      let next: string | undefined;
      do {
        const query: string = next === undefined ? "" : `&after=${next}`;
        const answer = await send(node, { method: "GET", path: `/v1/audit?limit=200${query}` });
        assert.deepEqual(foundIn(Buffer.from(answer.text), needles), []);
        next = (JSON.parse(answer.text) as { readonly next?: string }).next;
      } while (next !== undefined);
      const events = await send(node, { method: "GET", path: "/v1/events?limit=200" });
      assert.deepEqual(foundIn(Buffer.from(events.text), needles), []);
    });

    it("holds none of them once the node has stopped", async () => {
      await node.stop();
      await place.flush();
      assert.deepEqual(await searchFiles(place.dataDirectory, needles), []);
      assert.deepEqual(await searchFiles(place.node.directory, needles), []);
    });

    it("would show one that was planted, so that the search can be believed", async () => {
      const planted = newMark();
      await place.plant(`before ${planted} after`);
      await place.flush();
      const finds = await searchFiles(place.dataDirectory, needlesOf(planted));
      assert.ok(finds.some((find) => find.endsWith(": UTF-8")));
    });
  });
}

/** Letters and digits that are nowhere by chance. */
function newMark(): string {
  return `Mark${Buffer.from(systemRandom.bytes(12)).toString("hex")}`;
}

async function useSecrets(node: ComposedNode, mark: string): Promise<void> {
  const fields = [
    { name: "account" },
    { name: "password", masked: true },
    { name: "document", type: "json", masked: true },
  ];
  const create = { name: "Secrets", type: "config-store", enabled: true, fields };
  await done(node, withJson(ask("application.create"), create));
  for (const round of ["first", "second"]) {
    await forEachItem((index) => set(node, index, `${mark} ${round} ${index}`));
  }
  await forEachItem(async (index) => {
    const { text } = await done(node, itemRequest("config.reveal", index));
    assert.ok(text.includes(`${mark} second ${index}`), "it is what was written");
    await done(node, itemRequest("config.get", index));
  });
  await batches(node, mark);
  await useBindings(node, mark);
  await rollBackSome(node);
}

function set(node: ComposedNode, index: number, secret: string): Promise<Answer> {
  const document = JSON.stringify({ credentials: [secret] });
  const properties = { account: secret, password: secret, document };
  const request = withJson(itemRequest("config.set", index), { properties });
  const headers = { ...request.headers, "idempotency-key": `${secret.split(" ")[1]}-${index}` };
  return done(node, { ...request, headers });
}

async function batches(node: ComposedNode, mark: string): Promise<void> {
  for (let first = 0; first < ITEMS; first += BATCH) {
    const identifiers = Array.from({ length: BATCH }, (_, index) => `item/${first + index}`);
    const request = ask("config.batch-reveal", { application: "Secrets" });
    const { text } = await done(node, withJson(request, { identifiers }));
    assert.ok(text.split(mark).length > BATCH);
  }
}

/** Binding files with secrets in them, of more than one chunk; refused ones too. */
async function useBindings(node: ComposedNode, mark: string): Promise<void> {
  for (const round of ["first", "second"]) {
    const ports = Array.from({ length: ITEMS }, (_, index) => ({
      port: `Port ${String(index)}`,
      password: `${mark} bound ${round} ${String(index)}`,
    }));
    const file = bindingFile("Bound", ports);
    await done(node, withParts("bindings.import", { name: "Bound", file: "b.xml" }, file));
    const broken = withParts("bindings.import", { name: "x", file: "x.xml" }, file.slice(0, -9));
    assert.equal((await send(node, broken)).status, 422);
  }
  const { text } = await done(node, ask("bindings.reveal", { name: "Bound" }));
  assert.ok(text.includes(`${mark} bound second ${String(ITEMS - 1)}`));
  assert.ok(!(await done(node, ask("bindings.export", { name: "Bound" }))).text.includes(mark));
  const settings = `<settings><property name="a">${mark} of a setting</property></settings>`;
  const names = { file: "s.xml", application: "Settings" };
  const none = new Uint8Array();
  await done(node, withParts("config.import", names, none, Buffer.from(settings)));
}

async function rollBackSome(node: ComposedNode): Promise<void> {
  for (let index = 0; index < ITEMS; index += BATCH) {
    const { text } = await done(node, itemRequest("config.history", index));
    const history = JSON.parse(text) as {
      readonly items: readonly { readonly revision: string }[];
    };
    const revision = history.items[0]?.revision;
    await done(node, withJson(itemRequest("config.roll-back", index), { revision }));
    await done(node, itemRequest("config.delete", index));
  }
}

function itemRequest(
  id:
    | "config.set"
    | "config.get"
    | "config.reveal"
    | "config.history"
    | "config.roll-back"
    | "config.delete",
  index: number,
): Ask {
  return ask(id, { application: "Secrets", identifier: `item/${index}` });
}

async function forEachItem(act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < ITEMS) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function send(node: ComposedNode, request: Ask): Promise<Answer> {
  return node.send(node.socket, request);
}

async function done(node: ComposedNode, request: Ask): Promise<Answer> {
  const answer = await send(node, request);
  assert.ok(answer.status < 300, answer.text);
  return answer;
}
