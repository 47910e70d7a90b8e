/** What the import commands send and say, against a node that answers from a script. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { BindingsImported } from "@chatelaine/protocol";
import { PartsAnswer, partsOf, runAgainst, type Script } from "./support/fake-node.ts";

const directory = mkdtempSync(join(tmpdir(), "chatelaine-imports-"));
after(() => {
  rmSync(directory, { recursive: true });
});

function fileCalled(name: string, text = "<BindingInfo />"): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const orders = fileCalled("Orders.xml");
const invoices = fileCalled("Invoices.XML");

function item(identifier: string, more: Partial<Item> = {}): Item {
  const outcome = "created";
  return {
    application: "Orders/FTP",
    identifier,
    outcome,
    line: 7,
    missing: [],
    kept: [],
    ...more,
  };
}
type Item = BindingsImported["items"][number];

function imported(more: Partial<BindingsImported> = {}): BindingsImported {
  return {
    name: "Orders",
    outcome: "created",
    dryRun: false,
    bytes: 15,
    applications: [
      {
        name: "Orders/FTP",
        outcome: "created",
        newFields: [
          { name: "Server", type: "string", masked: false },
          { name: "Password", type: "string", masked: true },
        ],
        newlyMasked: ["Proxy"],
      },
    ],
    items: [item("send-port/Out/primary")],
    handlers: [{ kind: "send", host: "BizTalkServerApplication", adapter: "FTP" }],
    missingSecrets: 0,
    ...more,
  };
}

/** Answers a dry run as one, and everything else as done. */
const node: Script = (request) => {
  const { json } = partsOf(request, 1);
  return imported({ dryRun: json["dryRun"] === true });
};

const malformed = {
  code: "import-invalid",
  detail: "Orders.xml:3:9: no end",
  remedy: "fix-request",
};

describe("bindings import", () => {
  it("shows the names before it writes anything", async () => {
    const shown: string[] = [];
    const script: Script = (request) => {
      shown.push(JSON.stringify(partsOf(request, 1).json["dryRun"] ?? "write"));
      return node(request);
    };
    const { code, out } = await runAgainst(script, ["bindings", "import", orders]);
    assert.equal(code, 0);
    assert.deepEqual(shown, ["true", '"write"']);
    assert.equal(
      out,
      [
        `${orders}:`,
        "",
        "application  is       new fields  masked from now on",
        "Orders/FTP   created  2           Password, Proxy",
        "",
        "item                   of application  is       line  secrets",
        "send-port/Out/primary  Orders/FTP      created  7",
        "",
        "file          Orders: created",
        "items         1 created",
        "handlers      BizTalkServerApplication (send FTP); references only",
        "imported      applications: 1 created",
        "",
      ].join("\n"),
    );
  });

  it("sends the file as it is, with a key of its own for the write alone", async () => {
    const argv = ["bindings", "import", orders, "--mask", "ApiToken", "--mask", "Pin"];
    const { requests } = await runAgainst(node, argv);
    const [planned, done] = requests;
    assert.equal(planned?.headers["idempotency-key"], undefined);
    assert.match(done?.headers["idempotency-key"] ?? "", /^cli_[a-z2-7]{26}$/);
    const { json, parts } = partsOf(done, 1);
    assert.deepEqual(json, { name: "Orders", file: orders, mask: ["ApiToken", "Pin"] });
    assert.deepEqual(parts, [new Uint8Array(readFileSync(orders))]);
  });

  it("writes nothing in a dry run", async () => {
    const { requests, out } = await runAgainst(node, ["bindings", "import", orders, "--dry-run"]);
    assert.equal(requests.length, 1);
    assert.match(out, /^A dry run: nothing was written\.$/m);
  });

  it("says so when it did not do what it had shown", async () => {
    const script: Script = (request) => {
      const dryRun = partsOf(request, 1).json["dryRun"] === true;
      return imported({ dryRun, items: [item("a", { outcome: dryRun ? "created" : "changed" })] });
    };
    const { out } = await runAgainst(script, ["bindings", "import", orders]);
    assert.match(out, /It changed while it was shown\. What was done:/);
  });

  it("goes on after a file that is at fault, and tells by its exit code", async () => {
    const script: Script = (request) =>
      partsOf(request, 1).json["name"] === "Orders" ? malformed : node(request);
    const argv = ["bindings", "import", orders, invoices];
    const { code, out, notes } = await runAgainst(script, argv);
    assert.equal(code, 3);
    assert.deepEqual(notes.split("\n"), [
      "chatelaine: Orders.xml:3:9: no end [import-invalid]",
      "chatelaine: 1 of 2 files failed; what was done for the other stays",
    ]);
    assert.match(out, /^imported /m);
  });

  it("stops where the node would say the same of every file", async () => {
    const refusal = { code: "permission-denied", detail: "no", remedy: "authenticate" };
    const argv = ["bindings", "import", orders, invoices];
    const { code, requests, notes } = await runAgainst(() => refusal, argv);
    assert.equal(code, 4);
    assert.equal(requests.length, 1);
    assert.match(notes, /1 of 2 files failed, and 1 behind it was not tried$/);
  });

  it("answers one document with --json, whatever became of the files", async () => {
    const script: Script = (request) =>
      partsOf(request, 1).json["name"] === "Orders" ? malformed : node(request);
    const argv = ["bindings", "import", orders, invoices, "--json"];
    const { code, out, requests } = await runAgainst(script, argv);
    assert.equal(code, 3);
    assert.equal(requests.length, 2);
    const { code: error, detail } = malformed;
    assert.deepEqual(JSON.parse(out), {
      files: [
        { file: orders, error: { code: error, detail } },
        { file: invoices, ...imported() },
      ],
    });
  });

  for (const argv of [
    [orders, invoices, "--name", "All"],
    [orders, fileCalled("orders.XML")],
  ]) {
    it(`sends nothing when two files would get one name: ${argv.slice(1).join(" ")}`, async () => {
      const { code, requests } = await runAgainst(node, ["bindings", "import", ...argv]);
      assert.equal(code, 3);
      assert.deepEqual(requests, []);
    });
  }

  it("counts the items that stay as they are, and does not list them", async () => {
    const items = [item("a", { outcome: "unchanged" }), item("b", { outcome: "gone" })];
    const script: Script = () => imported({ items });
    const { out } = await runAgainst(script, ["bindings", "import", orders]);
    assert.match(out, /^items {9}1 unchanged, 1 gone$/m);
    assert.doesNotMatch(out, /^a /m);
    assert.match(out, /^b {5}Orders\/FTP {6}gone/m);
  });

  it("lists the command for each item that lacks a secret", async () => {
    const items = [
      item("send-port/To the bank/primary", { missing: ["Password", "AdapterConfig.pin"] }),
      item("send-port/O'Hara/primary", { outcome: "unchanged", missing: ["Password"] }),
    ];
    const script: Script = () => imported({ items, missingSecrets: 3 });
    const argv = ["bindings", "import", orders, "--server", "http://127.0.0.1:1"];
    const { out } = await runAgainst(script, argv);
    const server = "--server http://127.0.0.1:1";
    const set = "chatelaine config set Orders/FTP";
    assert.deepEqual(out.split("\n").slice(-5), [
      "3 secrets are neither in the file nor here; these ask for them:",
      "",
      `    ${set} 'send-port/To the bank/primary' --secret Password --secret AdapterConfig.pin ${server}`,
      `    ${set} 'send-port/O'\\''Hara/primary' --secret Password ${server}`,
      "",
    ]);
  });

  it("writes out a few commands of a kind where there are many", async () => {
    const items = Array.from({ length: 40 }, (_, index) =>
      item(`receive-location/${String(index)}`, { missing: ["Password"] }),
    );
    const script: Script = () => imported({ items, missingSecrets: 40 });
    const { out } = await runAgainst(script, ["bindings", "import", orders]);
    assert.equal(out.match(/chatelaine config set/g)?.length, 3);
    assert.match(out, /… and the same for 37 more items of Orders\/FTP/);
  });
});

describe("progress of an import", () => {
  it("is what the node says, on a terminal", async () => {
    const told = Promise.withResolvers<undefined>();
    const script: Script = async (request) => {
      if (request.method === "GET") {
        told.resolve(undefined);
        return { stage: "sealing", done: 1, total: 4 };
      }
      await told.promise;
      return imported({ dryRun: true });
    };
    const argv = ["bindings", "import", orders, "--dry-run"];
    const { progress, requests } = await runAgainst(script, argv, { isWatched: true });
    const { progressId } = partsOf(requests[0], 1).json;
    assert.equal(requests[1]?.path, `/v1/bindings-progress/${String(progressId)}`);
    assert.match(
      progress[0] ?? "",
      /^looking at .+Orders\.xml: sending {2}\[#{24}\] 100 % of 0\.0 MB$/,
    );
    assert.match(progress[1] ?? "", /Orders\.xml: sealing {2}\[#{6}-{18}\] {2}25 %$/);
    assert.equal(progress.at(-1), "");
  });

  for (const [where, argv, isWatched] of [
    ["for a program", ["--json"], true],
    ["where nobody looks", [], false],
  ] as const) {
    it(`is neither shown nor asked for ${where}`, async () => {
      const all = ["bindings", "import", orders, "--dry-run", ...argv];
      const { progress, requests } = await runAgainst(node, all, { isWatched });
      assert.deepEqual(progress, []);
      assert.equal(partsOf(requests[0], 1).json["progressId"], undefined);
    });
  }
});

describe("bindings export", () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x3c, 0x61, 0x2f, 0x3e]);
  const summary = { name: "Orders", changed: 1, hidden: 2, gone: 0 };
  const answer: Script = () => new PartsAnswer(summary, bytes.slice());

  it("says on the other stream how many secrets it hides", async () => {
    const { code, notes, requests } = await runAgainst(answer, ["bindings", "export", "Orders"]);
    assert.equal(code, 0);
    assert.equal(requests[0]?.path, "/v1/bindings/Orders");
    assert.deepEqual(notes.split("\n"), [
      "1 value differs from the imported file",
      "2 secrets are hidden; --reveal shows them",
    ]);
  });

  it("reveals by a route of its own", async () => {
    const { requests } = await runAgainst(answer, ["bindings", "export", "Orders", "--reveal"]);
    assert.equal(requests[0]?.path, "/v1/revealed-bindings/Orders");
  });

  it("writes the same bytes into a new file of mode 600", async () => {
    const file = join(directory, "out.xml");
    const argv = ["bindings", "export", "Orders", "--reveal", "--out", file];
    const { code, out } = await runAgainst(answer, argv);
    assert.equal(code, 0);
    assert.equal(out, `Orders is in ${file}`);
    assert.deepEqual(new Uint8Array(readFileSync(file)), bytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("asks the node for nothing when the file is there already", async () => {
    const argv = ["bindings", "export", "Orders", "--reveal", "--out", orders];
    const { code, requests } = await runAgainst(answer, argv);
    assert.equal(code, 3);
    assert.deepEqual(requests, []);
  });

  it("gives the bytes in base64 with --json", async () => {
    const { out } = await runAgainst(answer, ["bindings", "export", "Orders", "--json"]);
    assert.deepEqual(JSON.parse(out), {
      ...summary,
      fileBase64: Buffer.from(bytes).toString("base64"),
    });
  });
});

describe("application import", () => {
  const view = { name: "SAP", type: "individual", outcome: "created", enabled: false };
  const script: Script = (request) => ({
    dryRun: partsOf(request, 1).json["dryRun"] === true,
    applications: [{ ...view, changes: ["contact"], ignored: ["validateTickets"], line: 3 }],
  });

  for (const [option, mode] of [
    [[], "both"],
    [["--create-only"], "create"],
    [["--update-only"], "update"],
  ] as const) {
    it(`asks for ${mode}${option.map((word) => ` with ${word}`).join("")}`, async () => {
      const argv = ["application", "import", orders, ...option];
      const { code, requests } = await runAgainst(script, argv);
      assert.equal(code, 0);
      assert.deepEqual(
        requests.map((each) => partsOf(each, 1).json["mode"]),
        [mode, mode],
      );
    });
  }

  it("shows what changes, and which flags mean nothing", async () => {
    const { out } = await runAgainst(script, ["application", "import", orders]);
    assert.match(
      out,
      /^SAP {10}individual {2}created {2}no {7}3 {5}contact; ignored: validateTickets$/m,
    );
  });

  it("takes no file to be both created only and updated only", async () => {
    const argv = ["application", "import", orders, "--create-only", "--update-only"];
    const { code, requests } = await runAgainst(script, argv);
    assert.equal(code, 2);
    assert.deepEqual(requests, []);
  });
});

describe("config import", () => {
  const script: Script = (request) => ({
    dryRun: partsOf(request, 2).json["dryRun"] === true,
    application: { name: "Orders", outcome: "created" },
    identifier: "ConfigProperties",
    newFields: [{ name: "Url", type: "string", masked: true }],
    outcome: "created",
    settings: [{ name: "Url", outcome: "created" }],
  });
  const exported = fileCalled("Orders.sso", "q83vEjRWeJA=");
  const settings = fileCalled("Settings.xml", "\ufeff\n<settings />");
  const password = fileCalled("password", "correct horse\n");

  it("opens an export with the first line of a file, and never shows it", async () => {
    const argv = ["config", "import", exported, "--password-file", password];
    const { code, out, notes, requests } = await runAgainst(script, argv);
    assert.equal(code, 0, notes);
    const { json, parts } = partsOf(requests[1], 2);
    assert.equal(json["application"], "Orders");
    assert.equal(new TextDecoder().decode(parts[0]), "correct horse");
    assert.ok(!(out + notes).includes("correct horse"));
  });

  it("asks for the password once, for the dry run and the write", async () => {
    const argv = ["config", "import", exported, "--application", "Else"];
    const { notes, requests } = await runAgainst(script, argv, { lines: ["hunter2"] });
    assert.equal(notes, "password of the export: ");
    assert.equal(new TextDecoder().decode(partsOf(requests[1], 2).parts[0]), "hunter2");
  });

  it("sends nothing without a password where there is no terminal", async () => {
    const { code, requests } = await runAgainst(script, ["config", "import", exported]);
    assert.equal(code, 3);
    assert.deepEqual(requests, []);
  });

  it("needs no password for settings, but the application they are of", async () => {
    const without = await runAgainst(script, ["config", "import", settings]);
    assert.equal(without.code, 3);
    assert.deepEqual(without.requests, []);
    const argv = ["config", "import", settings, "--application", "Orders", "--unmasked", "Url"];
    const { code, requests } = await runAgainst(script, argv);
    assert.equal(code, 0);
    const { json, parts } = partsOf(requests[1], 2);
    assert.deepEqual(json["unmasked"], ["Url"]);
    assert.equal(parts[0]?.length, 0);
  });
});
