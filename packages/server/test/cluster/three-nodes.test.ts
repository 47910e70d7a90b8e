import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { text, SecretBytes, type NodeRole } from "@chatelaine/crypto";
import type { NodeStatus, Purged } from "@chatelaine/protocol";
import { initSystem } from "../../src/app/init-system.ts";
import { joinExistingSystem } from "../../src/app/join-system.ts";
import { startNode, type RunningNode } from "../../src/app/start-node.ts";
import { StateDirectory } from "../../src/app/state-directory.ts";
import { makeLogger } from "../../src/platform/logger.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { HttpClient, withJson, type Answer, type Ask } from "../support/http-client.ts";
import { EFFECTS, PASSPHRASE, secret } from "../support/test-system.ts";

const SOON_MS = 10_000;
const LOOK_MS = 10;
/** As short as the relations between them allow, so that an outage is over soon. */
const SHORT = [
  "mastership.ttlMs=600",
  "mastership.renewalMs=150",
  "mastership.expiryConfirmationMs=100",
  "mastership.pollMs=25",
  "cachedSecret.graceMs=1500",
  "cachedSecret.retryMinMs=20",
  "cachedSecret.retryMaxMs=200",
  "cachedSecret.memberPollMs=50",
  "cachedSecret.callMs=500",
];
const ITEMS = "/v1/applications/orders/items";
const ITEM = `${ITEMS}/one`;

/** One node of a state directory, as users run it; stopped and started again at will. */
class Node {
  readonly stateDirectory: string;
  readonly logged: string[] = [];
  readonly #client = new HttpClient();
  readonly #address: string;
  #running: RunningNode | undefined;

  constructor(stateDirectory: string, address: string) {
    this.stateDirectory = stateDirectory;
    this.#address = address;
  }

  async start(): Promise<void> {
    process.execArgv = []; // a node refuses some of the options that the test runner gives
    this.#running = await startNode({
      stateDirectory: this.stateDirectory,
      settings: ["listen=127.0.0.1:0", `cluster.listen=${this.#address}`, ...SHORT],
      software: "test",
      makeLogger: (level) => makeLogger({ write: (line) => this.logged.push(line) }, level),
      nodeOptions: undefined,
    });
    await this.#running.opened;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  close(): void {
    this.#client.close();
  }

  ask(ask: Ask): Promise<Answer> {
    return this.#client.send(
      { socketPath: new StateDirectory(this.stateDirectory).socketPath },
      ask,
    );
  }

  async status(): Promise<NodeStatus> {
    return JSON.parse((await this.ask({ method: "GET", path: "/v1/status" })).text) as NodeStatus;
  }

  async read(): Promise<string> {
    const { status, text: body } = await this.ask({ method: "GET", path: ITEM });
    assert.equal(status, 200, body);
    return (JSON.parse(body) as { properties: { value: string } }).properties.value;
  }

  /** Creates an item. */
  seal(identifier: string, value: string): Promise<Answer> {
    const path = `${ITEMS}/${identifier}`;
    const ask = { method: "PATCH", path, headers: { "if-none-match": "*" } };
    return this.ask(withJson(ask, { properties: { value } }));
  }

  async is(what: string, holds: (status: NodeStatus) => boolean): Promise<void> {
    const { clock, scheduler } = EFFECTS;
    const startedAt = clock.monotonic();
    while (!holds(await this.status())) {
      const isLate = clock.monotonic() - startedAt > SOON_MS;
      assert.ok(!isLate, `not in time: ${what}; ${JSON.stringify(await this.status())}`);
      await pause(scheduler, LOOK_MS);
    }
  }
}

function isMaster({ health }: NodeStatus): boolean {
  return health.isMaster;
}

function canSeal({ health }: NodeStatus): boolean {
  return health.canRead && health.canSeal;
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  const port = await promise;
  server.close();
  return `127.0.0.1:${String(port)}`;
}

describe("three nodes over mutual TLS", () => {
  let directory: string;
  let master: Node;
  let member: Node;
  let candidate: Node;

  async function join_(name: string, role: NodeRole): Promise<Node> {
    const invite = withJson({ method: "POST", path: "/v1/nodes/invitations" }, { role });
    const { status, text: body } = await master.ask(invite);
    assert.equal(status, 201, body);
    const [token = ""] = /chatjoin_[a-z0-9]+/.exec(body) ?? [];
    const stateDirectory = join(directory, name);
    const address = await freeAddress();
    await joinExistingSystem({
      stateDirectory,
      databaseUrl: undefined,
      databaseFile: join(master.stateDirectory, "sso.db"),
      token: SecretBytes.copyOf(text(token)),
      nodeName: name,
      advertise: address,
    });
    return new Node(stateDirectory, address);
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "chatelaine-three-"));
    const stateDirectory = join(directory, "first");
    using passphrase = secret(PASSPHRASE);
    await initSystem({
      stateDirectory,
      databaseUrl: undefined,
      databaseFile: undefined,
      backupFile: join(directory, "first.age"),
      passphrase,
      place: "chosen",
      nodeName: "first",
    });
    master = new Node(stateDirectory, await freeAddress());
    await master.start();
    await master.is("the first node to be master secret server", isMaster);
    const made = await master.ask(
      withJson(
        { method: "POST", path: "/v1/applications" },
        { name: "orders", type: "config-store", fields: [{ name: "value", masked: false }] },
      ),
    );
    assert.equal(made.status, 201, made.text);
    assert.equal(
      (await master.ask({ method: "POST", path: "/v1/applications/orders/enable" })).status,
      200,
    );
    await master.is("its address to be written down", ({ charterSerial }) => charterSerial === "2");
    member = await join_("second", "member");
    candidate = await join_("third", "candidate");
  });

  after(async () => {
    for (const node of [candidate, member, master]) {
      await node.stop();
      node.close();
    }
    await rm(directory, { recursive: true });
  });

  it("gives a member the master secret, with which it reads and seals", async () => {
    await member.start();
    await member.is("the member to be confirmed", canSeal);
    const made = await member.seal("one", "first");
    assert.ok(made.status < 300, made.text);
    assert.equal(await master.read(), "first");
  });

  it("confirms a candidate that opened its own keyring", async () => {
    await candidate.start();
    await candidate.is("the candidate to be confirmed", canSeal);
    assert.ok(candidate.logged.some((line) => line.includes('"master-secret-server.reached"')));
    await candidate.stop();
  });

  it("drops what every node keeps of lookups, and names those that it did not reach", async () => {
    assert.equal(await member.read(), "first");
    const purged = await master.ask({ method: "POST", path: "/v1/cache/purge" });
    const { nodes, notReached } = JSON.parse(purged.text) as Purged;
    assert.equal(nodes, 2);
    assert.deepEqual(
      notReached.map(({ nodeName, problem }) => `${nodeName} ${problem}`),
      ["third node-unreachable"],
    );
    assert.ok(member.logged.some((line) => line.includes('"lookup-cache.purged"')));
  });

  it("reads on without the master secret server, and seals until the grace ends", async () => {
    await master.stop();
    let sealed = 0;
    const goneAt = EFFECTS.clock.monotonic();
    for (;;) {
      assert.equal(await member.read(), "first");
      const {
        status,
        headers,
        text: body,
      } = await member.seal(`item-${String(sealed)}`, "meanwhile");
      if (status >= 300) {
        assert.equal(status, 503, body);
        assert.match(body, /master-secret-server-unavailable/);
        assert.ok(Number(headers["retry-after"]) > 0);
        break;
      }
      sealed += 1;
      assert.ok(EFFECTS.clock.monotonic() - goneAt < 3000, "the grace ends");
      await pause(EFFECTS.scheduler, LOOK_MS);
    }
    assert.ok(sealed > 0, "it seals for a while");
    assert.equal(await member.read(), "first");
  });

  it("lets a member that starts meanwhile wait, say for what, and go on by itself", async () => {
    await member.stop();
    await member.start();
    const { health } = await member.status();
    assert.equal(health.canRead, false);
    assert.match(health.waitingFor ?? "", /the master secret from a master secret server/);
    const refused = await member.ask({ method: "GET", path: ITEM });
    assert.equal(refused.status, 503);
    assert.match(refused.text, /master-secret-unavailable/);
    assert.match(refused.text, /waits for the master secret/);
    assert.equal((await member.ask({ method: "GET", path: "/livez" })).status, 200);
    await master.start();
    await member.is("the member to go on", canSeal);
    assert.equal(await member.read(), "first");
  });

  it("ends what a revoked node can do, on the connections that are open", async () => {
    const revoked = await master.ask({ method: "DELETE", path: "/v1/nodes/second" });
    assert.equal(revoked.status, 200, revoked.text);
    await member.is("the member to be revoked", ({ cachedSecret }) => cachedSecret === "revoked");
    const refused = await member.ask({ method: "GET", path: ITEM });
    assert.equal(refused.status, 503);
    assert.ok(member.logged.some((line) => line.includes('"master-secret.erased"')));
  });

  it("moves the role to the candidate that is named, and takes it back when that stops", async () => {
    await candidate.start();
    await candidate.is("the candidate to be confirmed", canSeal);
    const move = { method: "POST", path: "/v1/master/move" };
    const moved = await master.ask(withJson(move, { node: "third" }));
    assert.equal(moved.status, 200, moved.text);
    assert.match(moved.text, /"isTaken":true/);
    await candidate.is("the candidate to have it", isMaster);
    await master.is("the former one to follow", canSeal);
    await candidate.stop();
    await master.is("the first node to have it again", isMaster);
    assert.equal(await master.read(), "first");
  });

  it("lets only the designated one have it while failover is manual", async () => {
    await candidate.start();
    await candidate.is("the candidate to be confirmed", canSeal);
    const designate = { method: "POST", path: "/v1/master/designation" };
    const made = await master.ask(withJson(designate, { node: "first" }));
    assert.equal(made.status, 200, made.text);
    await master.stop();
    await candidate.is("it to say who may be it", ({ health }) =>
      /only first may be it/.test(health.waitingFor ?? ""),
    );
    assert.ok(candidate.logged.some((line) => line.includes('"mastership.designated-lost"')));
    assert.equal(await candidate.read(), "first");
    const changed = await candidate.ask(withJson(designate, { node: "third" }));
    assert.equal(changed.status, 200, changed.text);
    await candidate.is("the candidate to have it", isMaster);
  });
});
