/** What the commands send, and what they do where a script cannot: on a terminal, on a bad line. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { ERRORS } from "@chatelaine/protocol";
import { hintFor } from "../src/hints.ts";
import { jsonOf, runAgainst, type Script } from "./support/fake-node.ts";

const directory = mkdtempSync(join(tmpdir(), "chatelaine-commands-"));
after(() => {
  rmSync(directory, { recursive: true });
});

const TOKEN = `chat_${"a".repeat(16)}_${"a".repeat(52)}`;
const revision = "00000000000000010123456789abcdef";
const orders = {
  applicationId: "app_aaaaaaaaaaaaaaaa",
  name: "Orders",
  type: "config-store",
  enabled: true,
  fields: [
    { name: "Server", type: "string", masked: false },
    { name: "Retries", type: "number", masked: false },
    { name: "Password", type: "string", masked: true },
  ],
};
const summary = { identifier: "db", revision, writtenAtMs: 0, writtenBy: "ada" };

/** Shows the application, and answers all else with a summary of an item. */
const node: Script = ({ method, path }) =>
  method === "GET" && path === "/v1/applications/Orders" ? orders : summary;

function lostConnection(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

describe("config set", () => {
  const set = ["config", "set", "Orders", "db"];

  it("asks for a secret without repeating it", async () => {
    const argv = [...set, "Retries=3", "--secret", "password"];
    const { code, requests, out, notes } = await runAgainst(node, argv, { lines: ["hunter2"] });
    assert.equal(code, 0);
    assert.deepEqual(jsonOf(requests[1]), { properties: { Retries: 3, Password: "hunter2" } });
    assert.equal(notes, "Password: ");
    assert.ok(!out.includes("hunter2"));
  });

  it("sends nothing when the question is left with Ctrl-C", async () => {
    const argv = [...set, "--secret", "Password"];
    const { code, requests, notes } = await runAgainst(node, argv, { lines: [] });
    assert.equal(code, 3);
    assert.match(notes, /nothing was entered for Password.*\[request-invalid\]/);
    assert.equal(requests.length, 1);
  });

  it("takes no empty answer for a secret", async () => {
    const { code } = await runAgainst(node, [...set, "--secret", "Password"], { lines: [""] });
    assert.equal(code, 3);
  });

  it("sends nothing at all when a masked value is an argument", async () => {
    const { code, requests, notes } = await runAgainst(node, [...set, "password=hunter2"]);
    assert.equal(code, 3);
    assert.deepEqual(
      requests.map(({ method }) => method),
      ["GET"],
    );
    assert.ok(!notes.includes("hunter2"));
  });

  it("refuses a field given twice, also once on standard input", async () => {
    const argv = [...set, "Server=a", "--stdin"];
    const { code, requests } = await runAgainst(node, argv, { input: '{"server": "b"}' });
    assert.equal(code, 3);
    assert.equal(requests.length, 1);
  });

  it("is sent with a condition and a key of its own", async () => {
    const first = await runAgainst(node, [...set, "Server=a", "--create"]);
    const second = await runAgainst(node, [...set, "Server=a", "--if-match", revision]);
    const [, created] = first.requests;
    const [, changed] = second.requests;
    assert.equal(created?.headers["if-none-match"], "*");
    assert.equal(changed?.headers["if-match"], `"${revision}"`);
    assert.match(created.headers["idempotency-key"] ?? "", /^cli_[a-z2-7]{26}$/);
    assert.notEqual(created.headers["idempotency-key"], changed.headers["idempotency-key"]);
  });
});

describe("a lost connection", () => {
  it("is tried once more, with the same key", async () => {
    let isLost = true;
    const flaky: Script = (request) => {
      if (request.method === "PATCH" && isLost) {
        isLost = false;
        return lostConnection();
      }
      return node(request);
    };
    const { code, requests } = await runAgainst(flaky, [
      "config",
      "set",
      "Orders",
      "db",
      "Server=a",
    ]);
    assert.equal(code, 0);
    const [, first, second] = requests;
    assert.deepEqual(second, first);
  });

  it("is not tried a third time", async () => {
    const { code, requests } = await runAgainst(lostConnection, ["token", "list"]);
    assert.equal(code, 7);
    assert.equal(requests.length, 2);
  });

  it("is not tried again when no node was there", async () => {
    const refused = (): Error => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const { requests } = await runAgainst(refused, ["token", "list"]);
    assert.equal(requests.length, 1);
  });

  it("is found behind what fetch throws", async () => {
    const failed = (): Error => new TypeError("fetch failed", { cause: lostConnection() });
    const { requests } = await runAgainst(failed, ["token", "list"]);
    assert.equal(requests.length, 2);
  });
});

describe("application delete", () => {
  const argv = ["application", "delete", "Orders"];

  it("deletes when its name is typed", async () => {
    const { code, requests, notes } = await runAgainst(() => orders, argv, { lines: ["Orders"] });
    assert.equal(code, 0);
    assert.match(notes, /its items and their history, for good/);
    assert.equal(requests[1]?.method, "DELETE");
  });

  for (const line of ["", "y", "orders"]) {
    it(`deletes nothing when "${line}" is typed`, async () => {
      const { code, requests } = await runAgainst(() => orders, argv, { lines: [line] });
      assert.equal(code, 3);
      assert.equal(requests.length, 1);
    });
  }
});

describe("application update", () => {
  it("reads nothing where no field is renamed or masked", async () => {
    const argv = ["application", "update", "Orders", "--no-users", "--flag", "allowTickets=false"];
    const { requests } = await runAgainst(() => ({ ...orders, flags: {} }), argv);
    assert.equal(requests.length, 1);
    assert.deepEqual(jsonOf(requests[0]), {
      applicationUsers: [],
      flags: { allowTickets: false },
    });
  });
});

describe("token create", () => {
  const view = {
    tokenId: "aaaaaaaaaaaaaaaa",
    name: "ci",
    kind: "admin",
    mayReveal: false,
    applications: [],
    expiresAtMs: 0,
  };
  const argv = ["token", "create", "--name", "ci", "--kind", "admin"];

  it("prints the token alone, to be piped", async () => {
    const { out, notes } = await runAgainst(() => ({ ...view, token: TOKEN }), argv);
    assert.equal(out, TOKEN);
    assert.ok(!notes.includes(TOKEN));
  });

  it("writes it into a file of mode 600, and prints it nowhere", async () => {
    const file = join(directory, "token");
    const said = await runAgainst(() => ({ ...view, token: TOKEN }), [...argv, "--to", file]);
    assert.equal(said.code, 0);
    assert.equal(readFileSync(file, "utf8"), `${TOKEN}\n`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!said.out.includes(TOKEN));
  });

  it("revokes a token that it cannot write", async () => {
    const file = join(directory, "late");
    const script: Script = ({ method }) => {
      if (method === "POST") {
        writeFileSync(file, ""); // it was free when the command looked
      }
      return { ...view, token: TOKEN };
    };
    const { code, requests } = await runAgainst(script, [...argv, "--to", file]);
    assert.equal(code, 3);
    assert.equal(requests[1]?.path, `/v1/tokens/${view.tokenId}`);
    assert.equal(requests[1].method, "DELETE");
  });

  it("says what to do when the token was lost with the connection", async () => {
    const { code, notes } = await runAgainst(() => view, argv);
    assert.equal(code, 5);
    assert.match(notes, /revoke aaaaaaaaaaaaaaaa, then make another \[outcome-unknown\]/);
  });
});

describe("a long list", () => {
  const pages: Script = ({ path }) => {
    const query = new URL(path, "http://node").searchParams;
    const start = Number(query.get("after") ?? 0);
    const items = Array.from({ length: Number(query.get("limit")) }, (_, index) => ({
      ...summary,
      identifier: String(start + index),
    }));
    return { items, next: String(start + items.length) };
  };

  it("is read page by page, up to the limit", async () => {
    const argv = ["config", "list", "Orders", "--prefix", "a b", "--limit", "250", "--json"];
    const { out, requests } = await runAgainst(pages, argv);
    assert.deepEqual(
      requests.map(({ path }) => path),
      [
        "/v1/applications/Orders/items?limit=200&prefix=a%20b",
        "/v1/applications/Orders/items?limit=50&after=200&prefix=a%20b",
      ],
    );
    const { items, next } = JSON.parse(out) as { items: unknown[]; next: string };
    assert.equal(items.length, 250);
    assert.equal(next, "250");
  });

  it("of items to read goes out in batches that the node takes", async () => {
    const identifiers = Array.from({ length: 150 }, (_, index) => `item-${String(index)}`);
    const script: Script = () => ({ items: [], notFound: [] });
    const { requests } = await runAgainst(script, ["config", "get", "Orders", ...identifiers]);
    const sizes = requests.map((each) => (jsonOf(each) as { identifiers: [] }).identifiers.length);
    assert.deepEqual(sizes, [100, 50]);
  });
});

describe("the node of a command", () => {
  const list = ["token", "list"];
  const file = join(directory, "given");
  writeFileSync(file, `${TOKEN}\n`);

  it("is that of --server before that of the environment", async () => {
    const argv = [...list, "--server", "https://sso.example.com", "--token-file", file];
    const { places } = await runAgainst(() => ({ items: [] }), argv);
    assert.deepEqual(places, [`https://sso.example.com ${TOKEN}`]);
  });

  it("is that of the environment, with its token", async () => {
    const environment = { CHATELAINE_TOKEN_FILE: file };
    const { places } = await runAgainst(() => ({ items: [] }), list, { environment });
    assert.deepEqual(places, [`http://127.0.0.1:4870 ${TOKEN}`]);
  });

  it("is never called in clear with a token, unless it is on this machine", async () => {
    const environment = { CHATELAINE_URL: "http://10.0.0.1", CHATELAINE_TOKEN_FILE: file };
    const { code, places } = await runAgainst(() => ({ items: [] }), list, { environment });
    assert.equal(code, 3);
    assert.deepEqual(places, []);
  });

  it("is not named in an error by a URL with a password in it", async () => {
    const environment = { CHATELAINE_URL: "http://ada:hunter2@127.0.0.1" };
    const { code, notes } = await runAgainst(() => ({ items: [] }), list, { environment });
    assert.equal(code, 3);
    assert.ok(!notes.includes("hunter2"));
  });
});

describe("an error", () => {
  for (const [code, { remedy }] of Object.entries(ERRORS)) {
    it(`${code} is said with its code, and its hint if there is one`, async () => {
      const problem = { code, detail: "Orders went wrong", remedy };
      const said = await runAgainst(() => problem, ["token", "list"]);
      const hint = hintFor(code as keyof typeof ERRORS);
      const lines = said.notes.split("\n");
      if (code === "internal") {
        assert.equal(said.code, 1);
        return;
      }
      assert.equal(lines[0], `chatelaine: Orders went wrong [${code}]`);
      assert.equal(lines[1], hint === undefined ? undefined : `hint: ${hint}`);
      assert.ok(said.code >= 3 && said.code <= 7);
    });
  }

  it("shows no control characters of what a node has said", async () => {
    const problem = { code: "not-found", detail: "a\u001b]0;title\u0007b", remedy: "fix-request" };
    const { notes } = await runAgainst(() => problem, ["token", "list"]);
    assert.match(notes, /a\\u001b\]0;title\\u0007b/);
  });
});
