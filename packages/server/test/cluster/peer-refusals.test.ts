import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { toBase64 } from "@chatelaine/crypto";
import type { PeerServer } from "../../src/cluster/transport/peer-server.ts";
import { identityOptions } from "../../src/cluster/transport/tls-identity.ts";
import { ACTS } from "../../src/cluster/transport/wire.ts";
import { ManualClock, systemClock } from "../../src/platform/clock.ts";
import {
  ASKING,
  listenAs,
  peersOf,
  PeerSystem,
  RecordingHandlers,
  targetOf,
  type TestNode,
} from "../support/peer-system.ts";
import { closed, rawConnect, rawRequest, type RawAnswer } from "../support/raw-peer-client.ts";

const DEADLINE_MS = 5000;
const CONFIRM = "/peer/v1/confirm";
const DAY_MS = 86_400_000;
/** The content of a request to confirm. */
const ASKED = JSON.stringify(ACTS.confirm.request.encode(ASKING));

describe("what the listener for nodes refuses", () => {
  const system = new PeerSystem();
  let master: TestNode;
  let member: TestNode;
  let recording: RecordingHandlers;
  let server: PeerServer;
  const clock = new ManualClock(systemClock.wallTime());

  before(async () => {
    master = await system.node("master");
    member = await system.node("member", { role: "member" });
  });
  beforeEach(async () => {
    recording = new RecordingHandlers();
    ({ server } = await listenAs(system, master, recording, { clock }));
  });
  afterEach(() => server.close());
  after(() => {
    system.caKey.erase();
  });

  /** What is answered to one request over a connection of its own. */
  async function ask(
    options: ConnectionOptions,
    path = CONFIRM,
    body: string | null = ASKED,
    method = "POST",
  ): Promise<RawAnswer> {
    const socket = await rawConnect(server.port, options);
    try {
      return await rawRequest(socket, method, path, body ?? undefined);
    } finally {
      socket.destroy();
    }
  }

  function shown(node: TestNode): ConnectionOptions {
    const { cert, key } = identityOptions(node.identity);
    return { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  }

  async function assertUnknown(options: ConnectionOptions, reason: RegExp): Promise<void> {
    for (const path of ["confirm", "keyring", "certificate", "status", "purge"]) {
      const { status, json } = await ask(options, `/peer/v1/${path}`);
      assert.equal(status, 403);
      assert.equal(json["code"], "node-not-recognized");
      assert.match(String(json["detail"]), reason);
      assert.equal(json["charter"], "charter\n", "which may revoke who asks");
    }
    const watch = await ask(options, "/peer/v1/watch", null, "GET");
    assert.equal(watch.json["code"], "node-not-recognized");
    assert.deepEqual(recording.asked, []);
  }

  it("answers the right node", async () => {
    assert.equal((await ask(shown(member))).status, 200);
    assert.deepEqual(recording.asked, ["confirm member"]);
  });

  it("nobody without a certificate", async () => {
    await assertUnknown({}, /shows no certificate/);
  });

  it("a node of another system", async () => {
    await assertUnknown(shown(await new PeerSystem().node("foreign")), /no live warrant/);
  });

  it("a key that the CA has certified and no warrant has", async () => {
    await assertUnknown(shown(await system.stranger("unknown")), /no live warrant/);
  });

  it("a warranted key whose certificate another CA has signed, but for a certificate", async () => {
    const foreign = new PeerSystem();
    const identity = await foreign.identity(member.warrant, member.identity.keys);
    const answer = await ask(shown({ ...member, identity }));
    assert.equal(answer.json["code"], "node-not-recognized");
    assert.match(String(answer.json["detail"]), /does not hold/);
    const renewal = await ask(shown({ ...member, identity }), "/peer/v1/certificate");
    assert.equal(renewal.status, 200);
    assert.deepEqual(recording.asked, ["certificate member"]);
  });

  it("a certificate of a node without its key", async () => {
    const { cert } = identityOptions(member.identity);
    const { key } = identityOptions((await system.stranger("thief")).identity);
    await assert.rejects(
      rawConnect(server.port, { cert: cert ?? "", key: key ?? "" }),
      /key values mismatch/i,
    );
  });

  it("a certificate that ran out while its connection was open", async () => {
    const socket = await rawConnect(server.port, shown(member));
    assert.equal((await rawRequest(socket, "POST", CONFIRM, ASKED)).status, 200);
    clock.advance(8 * DAY_MS);
    try {
      const { json } = await rawRequest(socket, "POST", CONFIRM, ASKED);
      assert.match(String(json["detail"]), /CERT_HAS_EXPIRED/);
    } finally {
      clock.advance(-8 * DAY_MS);
    }
    socket.destroy();
  });

  it("a revoked node on the connection that it has open, by the next request", async () => {
    const revoked = await system.node("revoked");
    const socket = await rawConnect(server.port, shown(revoked));
    assert.equal((await rawRequest(socket, "POST", CONFIRM, ASKED)).status, 200);
    system.revoke(revoked);
    const { json } = await rawRequest(socket, "POST", CONFIRM, ASKED);
    assert.equal(json["code"], "node-not-recognized");
    socket.destroy();
  });

  it("a revoked node's connection and stream, as soon as the roster changes", async () => {
    const revoked = await system.node("revoked");
    const idle = await rawConnect(server.port, shown(revoked));
    await rawRequest(idle, "POST", CONFIRM, ASKED);
    const peers = peersOf(system, revoked.identity);
    const stays = peersOf(system, member.identity);
    const heard = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<string>();
    peers.watch(targetOf(master, server.port), {
      beat: () => {
        heard.resolve(undefined);
      },
      ended: ({ kind }) => {
        ended.resolve(kind);
      },
    });
    await heard.promise;
    await stays.call(targetOf(master, server.port), "confirm", ASKING, DEADLINE_MS);
    assert.equal(server.connections, 3);
    system.revoke(revoked);
    server.rosterChanged();
    assert.equal(await ended.promise, "closed");
    await closed(idle);
    assert.equal(recording.cancelled, 1);
    assert.equal(server.connections, 1);
    peers.close();
    stays.close();
  });

  it("to resume a session, which would outlive a revocation", async () => {
    const options = { ...shown(member), ca: identityOptions(member.identity).ca ?? "" };
    const first = await rawConnect(server.port, options);
    const sessions: Buffer[] = [];
    first.on("session", (session: Buffer) => sessions.push(session));
    await rawRequest(first, "POST", CONFIRM, ASKED);
    // What TLS 1.3 sends after the handshake has arrived before the answer.
    const session = sessions[0] ?? first.getSession();
    assert.ok(session);
    const second = await rawConnect(server.port, { ...options, session });
    assert.equal(second.isSessionReused(), false);
    assert.equal((await rawRequest(second, "POST", CONFIRM, ASKED)).status, 200);
    first.destroy();
    second.destroy();
  });

  it("TLS 1.2", async () => {
    await assert.rejects(
      rawConnect(server.port, { ...shown(member), maxVersion: "TLSv1.2" }),
      /protocol version/i,
    );
  });

  it("other application protocols, and none", async () => {
    await assert.rejects(
      rawConnect(server.port, { ...shown(member), ALPNProtocols: ["http/1.1"] }),
      /no application protocol/i,
    );
    const socket = await rawConnect(server.port, { ...shown(member), ALPNProtocols: [] });
    await closed(socket);
    assert.deepEqual(recording.asked, []);
  });

  it("bodies that are too large, before they are read to their end", async () => {
    const socket = await rawConnect(server.port, shown(member));
    const { status, json } = await rawRequest(socket, "POST", CONFIRM, " ".repeat(65 * 1024));
    assert.equal(status, 413);
    assert.equal(json["code"], "body-too-large");
    await closed(socket);
    assert.deepEqual(recording.asked, []);
  });

  it("bodies that are not what the act takes", async () => {
    for (const body of ["", "nonsense", "[]", "1", "null"]) {
      const { status, json } = await ask(shown(member), CONFIRM, body);
      assert.equal(status, 400, body);
      assert.equal(json["code"], "request-invalid");
    }
    const admission = { ...ADMISSION, secret: toBase64(new Uint8Array(31)) };
    const { json } = await ask({}, "/peer/v1/admit", JSON.stringify(admission));
    assert.match(String(json["detail"]), /admit\/secret must be base64 of 32 to 32 bytes/);
    assert.deepEqual(recording.asked, []);
  });

  it("passes over fields that a later version may send", async () => {
    assert.equal(
      (await ask(shown(member), CONFIRM, ASKED.replace("{", `{ "later": 1, `))).status,
      200,
    );
  });

  it("paths that are none, and other methods", async () => {
    for (const path of ["/", "/peer/v1/", "/peer/v1/nothing", "/peer/v1/toString", "/livez"]) {
      assert.equal((await ask(shown(member), path)).json["code"], "not-found", path);
    }
    assert.equal((await ask(shown(member), CONFIRM, null, "PUT")).json["code"], "not-found");
  });

  it("what is no HTTP", async () => {
    const socket = await rawConnect(server.port, shown(member));
    socket.write("\u0000\u0001 no request at all\r\n\r\n");
    await closed(socket);
    assert.equal((await ask(shown(member))).status, 200);
  });

  it("the eleventh attempt to join from one address in a minute", async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const body = JSON.stringify(ADMISSION);
      statuses.push((await ask({}, "/peer/v1/admit", body)).status);
    }
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429]);
    assert.equal(recording.asked.length, 10);
    clock.advance(60_000);
    assert.equal((await ask({}, "/peer/v1/admit", JSON.stringify(ADMISSION))).status, 200);
  });

  it("more than 256 connections that prove to be no node", { timeout: 60_000 }, async () => {
    const strangers = await Promise.all(
      Array.from({ length: 257 }, () => rawConnect(server.port).catch(() => undefined)),
    );
    while (strangers.filter((socket) => socket !== undefined && !socket.destroyed).length > 256) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(server.connections, 256);
    assert.equal((await ask(shown(member))).status, 200);
    for (const socket of strangers) {
      socket?.destroy();
    }
  });

  it("says nothing of a defect but that there was one", async () => {
    const failing = new RecordingHandlers({
      confirm: () => Promise.reject(new RangeError("a secret of the defect")),
    });
    const { server: other } = await listenAs(system, master, failing);
    const socket = await rawConnect(other.port, shown(member));
    assert.deepEqual(await rawRequest(socket, "POST", CONFIRM, ASKED), {
      status: 500,
      json: { code: "internal" },
    });
    await other.close();
  });
});

const ADMISSION = {
  invitationId: "inv_1",
  secret: toBase64(new Uint8Array(32)),
  name: "new",
  addresses: ["127.0.0.1:1"],
  tlsKey: toBase64(new Uint8Array(91)),
  hpkeKey: toBase64(new Uint8Array(32)),
  statementKey: toBase64(new Uint8Array(32)),
};
