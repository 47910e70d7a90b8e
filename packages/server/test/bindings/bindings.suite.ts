import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  decodeText,
  parseBindings,
  type BindingFile,
  type Property,
  type Transport,
} from "@chatelaine/biztalk";
import type {
  ApplicationPageView,
  AuditPageView,
  BindingsImported,
  BindingsPageView,
  ItemPageView,
  ItemView,
} from "@chatelaine/protocol";
import { bindingFile, bindingText } from "../support/binding-files.ts";
import { ComposedNode, type NodePlace } from "../support/composed-node.ts";
import { withJson, type Ask } from "../support/http-client.ts";
import { bodyOf, exportFile, importFile, withParts } from "../support/import-client.ts";
import { samples, type Sample } from "../support/samples.ts";
import { ask } from "../walk/requests.ts";

const SECRET = "made up & <secret>";

/** Binding files of BizTalk, over the interface of a whole node. */
export function bindingsSuite(database: string, makePlace: () => Promise<NodePlace>): void {
  describe(`binding files over the interface, on ${database}`, () => {
    let place: NodePlace;
    let node: ComposedNode;

    before(async () => {
      place = await makePlace();
      node = await ComposedNode.start(place);
    });
    after(async () => {
      await node.stop();
      await place.discard();
    });

    async function get<T>(request: Ask): Promise<T> {
      return bodyOf(await node.send(node.socket, request)) as T;
    }

    async function take(name: string, file: Uint8Array, dryRun = false): Promise<BindingsImported> {
      const imported = await importFile(node, { name, file: `${name}.xml`, dryRun }, file);
      assert.ok(imported.kind === "done", JSON.stringify(imported));
      return imported.table;
    }

    async function set(
      application: string,
      identifier: string,
      properties: Readonly<Record<string, unknown>>,
    ): Promise<void> {
      const request = ask("config.set", { application, identifier });
      await get(withJson(request, { properties }));
    }

    function reveal(application: string, identifier: string): Promise<ItemView> {
      return get(ask("config.reveal", { application, identifier }));
    }

    for (const { name, bytes } of variants()) {
      it(`takes over ${name} and gives back the same bytes`, async () => {
        const dry = await take(name, bytes, true);
        assert.deepEqual(
          (await get<BindingsPageView>(ask("bindings.list"))).items
            .map((one) => one.name)
            .includes(name),
          false,
        );
        const real = await take(name, bytes);
        assert.deepEqual({ ...real, dryRun: true }, dry);
        const { view, bytes: revealed } = await exportFile(node, "bindings.reveal", name);
        assert.deepEqual(Buffer.from(revealed), Buffer.from(bytes));
        assert.deepEqual([view.changed, view.hidden, view.gone], [0, 0, 0]);
        const again = await take(name, bytes);
        assert.deepEqual(outcomes(again), ["unchanged"]);
      });
    }

    for (const sample of [...samples("bindings"), ...samples("examples")]) {
      it(`holds an edit of every property of ${sample.name}, each in its one place`, async () => {
        await editEach(sample);
      });
    }

    /** Sets one property after the other, looks at the export, and takes the edit back. */
    async function editEach({ name, bytes }: Sample): Promise<void> {
      await take(name, bytes);
      const { text } = decodeText(bytes);
      const { transports } = await parseBindings(text, { mask: [] });
      let edits = 0;
      for (const transport of transports) {
        const application = `${transport.application}/${transport.adapter}`;
        for (const property of transport.properties) {
          const value = otherValue(property);
          await set(application, transport.identifier, { [property.name]: value });
          const { bytes: revealed, view } = await exportFile(node, "bindings.reveal", name);
          assert.equal(view.changed, 1);
          const edited = decodeText(revealed).text;
          assert.ok(isEditedAt(text, edited, property), `${transport.identifier} ${property.name}`);
          const back = await parseBindings(edited, { mask: [] });
          assert.equal(valueIn(back, transport, property), value);
          await set(application, transport.identifier, { [property.name]: property.value ?? null });
          edits += 1;
        }
      }
      assert.ok(edits > 4);
      const { bytes: revealed } = await exportFile(node, "bindings.reveal", name);
      assert.deepEqual(Buffer.from(revealed), Buffer.from(bytes));
    }

    it("makes items whose secrets are masked, told missing, and filled later", async () => {
      const ports = [
        { port: "Full", password: SECRET },
        { port: "Empty", password: undefined },
      ];
      const table = await take("Orders", bindingFile("Orders", ports));
      assert.equal(table.missingSecrets, 1);
      assert.deepEqual(
        table.items.map(({ identifier, missing }) => [identifier, missing]),
        [
          ["send-port/Full/primary", []],
          ["send-port/Empty/primary", ["password"]],
        ],
      );
      const full = await get<ItemView>(
        ask("config.get", { application: "Orders/FTP", identifier: "send-port/Full/primary" }),
      );
      assert.deepEqual(full.masked, ["password"]);
      assert.equal(full.properties["serverPort"], 21);
      assert.equal(full.properties["passiveMode"], false);
      assert.equal(
        (await reveal("Orders/FTP", "send-port/Full/primary")).properties["password"],
        SECRET,
      );

      await set("Orders/FTP", "send-port/Empty/primary", { password: "given later" });
      const again = await take("Orders", bindingFile("Orders", ports));
      assert.deepEqual(outcomes(again), ["unchanged"]);
      assert.deepEqual(
        again.items.map(({ kept }) => kept),
        [[], ["password"]],
      );
      const text = await revealedText("Orders");
      assert.match(text, /given later/);
    });

    async function revealedText(name: string): Promise<string> {
      return Buffer.from((await exportFile(node, "bindings.reveal", name)).bytes).toString();
    }

    async function maskedText(name: string): Promise<string> {
      return Buffer.from((await exportFile(node, "bindings.export", name)).bytes).toString();
    }

    it("prints secrets as ****** and counts them, unless they are revealed", async () => {
      const ports = [{ port: "Port", password: SECRET }];
      await take("Masked", bindingFile("Masked", ports));
      const { view, bytes } = await exportFile(node, "bindings.export", "Masked");
      assert.equal(view.hidden, 1);
      assert.doesNotMatch(Buffer.from(bytes).toString(), /made up/);
      await set("Masked/FTP", "send-port/Port/primary", { password: "another", serverPort: 22 });
      const edited = await maskedText("Masked");
      assert.doesNotMatch(edited, /another|made up/);
      assert.match(edited, /\*\*\*\*\*\*/);
      assert.match(edited, /serverPort vt="3"&gt;22&lt;/);
      assert.match(await revealedText("Masked"), /another/);
    });

    it("hides what was masked after the import, also under another name", async () => {
      await take("Later", bindingFile("Later", [{ port: "Port", password: SECRET }]));
      const fields = [{ formerName: "serverAddress", name: "address", masked: true }];
      const update = ask("application.update", { application: "Later/FTP" });
      await get(withJson(update, { fields }));
      assert.doesNotMatch(await maskedText("Later"), /serverAddress vt="8"&gt;ftp\.example/);
      assert.match(await revealedText("Later"), /serverAddress vt="8"&gt;ftp\.example\.com/);
      const again = await take("Later", bindingFile("Later", [{ port: "Port", password: SECRET }]));
      assert.deepEqual(again.applications[0]?.newFields, []);
    });

    it("names the item whose value does not fit into the file any more", async () => {
      await take("Unfit", bindingFile("Unfit", [{ port: "Port", password: SECRET }]));
      await set("Unfit/FTP", "send-port/Port/primary", { userName: "a control \u0001 character" });
      const answer = await node.send(node.socket, ask("bindings.reveal", { name: "Unfit" }));
      assert.match(answer.text, /"value-invalid".*send-port\/Port\/primary, userName: /);
    });

    it("lets the file win for what it has", async () => {
      const file = bindingFile("Wins", [{ port: "Port", password: SECRET }]);
      await take("Wins", file);
      await set("Wins/FTP", "send-port/Port/primary", { password: "edited", userName: "edited" });
      const table = await take("Wins", file);
      assert.deepEqual(
        table.items.map(({ outcome }) => outcome),
        ["changed"],
      );
      const { properties } = await reveal("Wins/FTP", "send-port/Port/primary");
      assert.deepEqual([properties["password"], properties["userName"]], [SECRET, "orders"]);
    });

    it("says of ports that are no longer in the file that they are gone, and keeps their items", async () => {
      const [one, two] = ["One", "Two"].map((port) => ({ port, password: SECRET }));
      assert.ok(one !== undefined && two !== undefined);
      await take("Gone", bindingFile("Gone", [one, two]));
      const table = await take("Gone", bindingFile("Gone", [one]));
      assert.deepEqual(
        table.items.map(({ identifier, outcome }) => [identifier, outcome]),
        [
          ["send-port/One/primary", "unchanged"],
          ["send-port/Two/primary", "gone"],
        ],
      );
      const items = await get<ItemPageView>(ask("config.list", { application: "Gone/FTP" }));
      assert.equal(items.items.length, 2);
    });

    it("brings back no secret that its item has no longer", async () => {
      const ports = ["Removed", "Deleted"].map((port) => ({ port, password: SECRET }));
      await take("Ended", bindingFile("Ended", ports));
      await set("Ended/FTP", "send-port/Removed/primary", { password: null });
      await get(
        ask("config.delete", { application: "Ended/FTP", identifier: "send-port/Deleted/primary" }),
      );
      const { view, bytes } = await exportFile(node, "bindings.reveal", "Ended");
      assert.deepEqual([view.hidden, view.gone], [2, 6]);
      assert.doesNotMatch(Buffer.from(bytes).toString(), /made up/);
      await get(ask("application.delete", { application: "Ended/FTP" }));
      assert.doesNotMatch(await revealedText("Ended"), /made up/);
    });

    it("tells the audit of what it made and, before the answer, of what it shows", async () => {
      await take("Told", bindingFile("Told", [{ port: "Port", password: SECRET }]));
      await exportFile(node, "bindings.reveal", "Told");
      const rows: AuditPageView["items"][number][] = [];
      let next: string | undefined;
      do {
        const after: string = next === undefined ? "" : `&after=${next}`;
        const page = await get<AuditPageView>({
          method: "GET",
          path: `/v1/audit?limit=200${after}`,
        });
        rows.push(...page.items);
        next = page.next;
      } while (next !== undefined);
      const about = rows.filter((row) => row.about["bindings"] === "Told");
      assert.deepEqual(
        about.map(({ action }) => action),
        ["application.create", "config.set", "bindings.import", "bindings.reveal", "config.reveal"],
      );
    });

    it("does a repeated import once, and refuses its key for another file", async () => {
      const file = bindingFile("Once", [{ port: "Port", password: SECRET }]);
      const request = withParts("bindings.import", { name: "Once", file: "once.xml" }, file);
      const keyed = { ...request, headers: { ...request.headers, "idempotency-key": "once" } };
      const first = await get<BindingsImported>(keyed);
      assert.deepEqual(await get<BindingsImported>(keyed), first);
      assert.equal(first.outcome, "created");
      const other = bindingFile("Once", [{ port: "Port", password: "another" }]);
      const changed = withParts("bindings.import", { name: "Once", file: "once.xml" }, other);
      const answer = await node.send(node.socket, { ...changed, headers: keyed.headers });
      assert.match(answer.text, /idempotency-key-reused/);
    });

    it("refuses by name and place what it does not take, and changes nothing", async () => {
      const before = await get<ApplicationPageView>(ask("application.list"));
      const text = bindingText("Refused", [{ port: "Port", password: SECRET }]);
      const files: readonly (readonly [string, RegExp])[] = [
        [text.slice(0, -20), /^x\.xml:\d+:\d+: /],
        [`<!DOCTYPE a [<!ENTITY b "c">]>${text}`, /^x\.xml:1:\d+: /],
        ["no XML", /^x\.xml:1:\d+: /],
        [text.replaceAll("&lt;", "<").replaceAll("&gt;", ">"), /^x\.xml:\d+:\d+: /],
      ];
      for (const [file, place] of files) {
        const imported = await importFile(
          node,
          { name: "Refused", file: "x.xml" },
          Buffer.from(file),
        );
        assert.ok(imported.kind === "refused", file.slice(0, 50));
        assert.match(imported.problem.code, /^import-/);
        assert.match(imported.problem.detail ?? "", place);
        assert.doesNotMatch(imported.problem.detail ?? "", /made up/);
      }
      assert.deepEqual(await get(ask("application.list")), before);
    });
  });
}

/** The samples as they are, with a byte order mark, and with other line ends. */
function variants(): readonly Sample[] {
  const all = [...samples("bindings"), ...samples("examples")];
  return all.flatMap(({ name, bytes }) => {
    const text = Buffer.from(bytes).toString("utf8");
    const plain = text.replace(/^\ufeff/, "");
    return [
      { name, bytes },
      { name: `${name} with a mark`, bytes: encoded(`\ufeff${plain}`) },
      { name: `${name} with CRLF`, bytes: encoded(text.replace(/\r?\n/g, "\r\n")) },
      {
        name: `${name} in UTF-16`,
        bytes: new Uint8Array(Buffer.from(`\ufeff${plain}`, "utf16le")),
      },
    ];
  });
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function outcomes(table: BindingsImported): readonly string[] {
  const all = [table.outcome, ...table.applications.map(({ outcome }) => outcome)];
  return [...new Set([...all, ...table.items.map(({ outcome }) => outcome)])];
}

function otherValue({ type, value }: Property): string | number | boolean {
  switch (type) {
    case "number":
      return Number(value ?? 0) === 7 ? 8 : 7;
    case "boolean":
      return value !== true;
    case "xml":
      return String(value).replace(/^\s*<[^\s/>]+/, '$& edited="yes"');
    case "string":
      return `edited & <b> "${String(value ?? "").length}"`;
  }
}

/** Whether the texts differ in the slot of the property and nowhere else. */
function isEditedAt(text: string, edited: string, { slot }: Property): boolean {
  return (
    edited !== text &&
    edited.startsWith(text.slice(0, slot.start)) &&
    edited.endsWith(text.slice(slot.end))
  );
}

function valueIn(file: BindingFile, { identifier }: Transport, { name }: Property) {
  const transport = file.transports.find((one) => one.identifier === identifier);
  return transport?.properties.find((property) => property.name === name)?.value;
}
