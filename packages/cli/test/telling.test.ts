/** `status`, `events --follow` and `cache purge`, against a node that answers from a script. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runAgainst, type Script } from "./support/fake-node.ts";

const own = {
  systemId: "sys",
  nodeId: "nod_a",
  nodeName: "ada",
  role: "candidate",
  software: "1.0",
  database: "postgres",
  health: { canRead: true, canSeal: true, isMaster: true },
  cachedSecret: "confirmed",
  mastership: "active",
  epoch: "7",
  charterSerial: "1",
  keyringRevision: "3",
  trial: false,
  startedAtMs: 0,
  masterSinceMs: 60_000,
  lastConfirmedMs: 120_000,
  databaseReachable: true,
};
const nodes = [
  {
    nodeId: "nod_a",
    nodeName: "ada",
    role: "candidate",
    addresses: ["h:1"],
    isThisNode: true,
    status: own,
  },
  {
    nodeId: "nod_b",
    nodeName: "bob",
    role: "member",
    addresses: ["h:2"],
    isThisNode: false,
    problem: "node-unreachable",
  },
];
const master = { nodeId: "nod_a", nodeName: "ada", epoch: "7", sinceMs: 60_000 };
const system = { systemId: "sys", atMs: 0, master, nodes };

function event(sequence: number): string {
  const body = {
    sequence,
    atMs: 0,
    code: "database.lost",
    severity: "warning",
    meaning: "The SSO database cannot be reached",
    entssoId: 10515,
    fields: { a: "b" },
  };
  return `id: 5-${String(sequence)}\ndata: ${JSON.stringify(body)}\n\n`;
}

describe("status", () => {
  it("shows every node, who is master secret server, and who does not answer", async () => {
    const { code, out } = await runAgainst(() => system, ["status"]);
    assert.equal(code, 0);
    assert.match(out, /master secret server: ada, epoch 7, since 1970-01-01 00:01:00Z/);
    assert.match(
      out,
      /ada +candidate +h:1 +can-read can-seal is-master +3 +1970-01-01 00:02:00Z +1.0/,
    );
    assert.match(out, /bob +member +h:2 +unreachable \(node-unreachable\)/);
  });

  it("gives a program what the node says, and the system", async () => {
    const { out } = await runAgainst(() => system, ["status", "--json"]);
    assert.deepEqual(JSON.parse(out), { ...own, ...system });
  });

  it("ends a check with a code for what is wrong", async () => {
    const silent = await runAgainst(() => system, ["status", "--check"]);
    assert.deepEqual([silent.code, silent.notes], [13, "chatelaine: unreachable: bob"]);
    const whole = { ...system, nodes: nodes.slice(0, 1) };
    assert.equal((await runAgainst(() => whole, ["status", "--check"])).code, 0);
    const without = { systemId: "sys", atMs: 0, nodes: whole.nodes };
    assert.equal((await runAgainst(() => without, ["status", "--check"])).code, 11);
  });
});

describe("events --follow", () => {
  const refused = { code: "authentication-required", remedy: "authenticate" };

  /** A stream, a lost connection, another stream, and then a refusal, which ends it. */
  function streams(): Script {
    const answers: unknown[] = [
      `retry: 2000\n\n${event(1)}event: missed\ndata: {"missed":4}\n\n${event(6)}`,
      new Error("lost"),
      event(7),
      refused,
    ];
    return () => answers.shift();
  }

  it("shows events as they come, and goes on where it was when the connection is lost", async () => {
    const { code, out, notes, requests } = await runAgainst(streams(), ["events", "--follow"]);
    assert.equal(code, 4);
    const lines = out.split("\n");
    assert.equal(lines.length, 3);
    assert.equal(
      lines[0],
      "1970-01-01 00:00:00Z  warning  database.lost (10515)  The SSO database cannot be reached; a=b",
    );
    assert.match(notes, /4 events were missed/);
    assert.deepEqual(
      requests.map(({ path, headers }) => [path, headers["last-event-id"]]),
      [
        ["/v1/events/stream", undefined],
        ["/v1/events/stream", "5-6"],
        ["/v1/events/stream", "5-6"],
        ["/v1/events/stream", "5-7"],
      ],
    );
  });

  it("gives a program one event on each line", async () => {
    const { out } = await runAgainst(streams(), ["events", "--follow", "--json"]);
    const sequences = out
      .split("\n")
      .map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    assert.deepEqual(sequences, [1, 6, 7]);
  });

  it("says at once that no node is there", async () => {
    const { code } = await runAgainst(() => new Error("refused"), ["events", "--follow"]);
    assert.equal(code, 7);
  });
});

describe("cache purge", () => {
  it("says how much was dropped, and where it may be kept still", async () => {
    const gone = { nodeId: "nod_1", nodeName: "sso3", problem: "node-unreachable" };
    const { out, requests } = await runAgainst(
      () => ({ rows: 12, nodes: 2, notReached: [gone] }),
      ["cache", "purge"],
    );
    assert.equal(
      out,
      "dropped 12 rows that 2 nodes had kept\nnot reached: sso3 (nod_1), node-unreachable",
    );
    assert.deepEqual([requests[0]?.method, requests[0]?.path], ["POST", "/v1/cache/purge"]);
  });
});

describe("config get", () => {
  it("says how old an answer is that does not come from the database", async () => {
    const item = {
      identifier: "db",
      revision: "0".repeat(32),
      writtenAtMs: 0,
      writtenBy: "ada",
      properties: {},
      masked: [],
      missing: [],
      ageSeconds: 61,
    };
    const { out } = await runAgainst(() => item, ["config", "get", "Orders", "db"]);
    assert.match(out, /^age +61 s: the database is away$/m);
  });
});
