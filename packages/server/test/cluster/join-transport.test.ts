import assert from "node:assert/strict";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { after, afterEach, before, describe, it } from "node:test";
import { caKeyHash, caPublicKey, toHex } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../src/base/coded-error.ts";
import { identityOptions, PEER_TLS, pem } from "../../src/cluster/transport/tls-identity.ts";
import { tlsJoinTransport } from "../../src/cluster/transport/tls-join-transport.ts";
import type { AdmissionRequest } from "../../src/domain/node/admission.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { coded } from "../support/coded.ts";
import { listenAs, PeerSystem, RecordingHandlers, type TestNode } from "../support/peer-system.ts";

const DEADLINE_MS = 5000;
const SHORT_MS = 200;

describe("the transport of joining", () => {
  const system = new PeerSystem();
  const transport = tlsJoinTransport(systemScheduler);
  const cleanups: (() => Promise<void> | void)[] = [];
  let master: TestNode;
  let request: AdmissionRequest;

  before(async () => {
    master = await system.node("master");
    const { tlsKey, hpkeKey, statementKey } = (await system.stranger("new")).warrant;
    request = {
      invitationId: "inv_1",
      secret: systemRandom.bytes(32),
      name: "new",
      addresses: ["127.0.0.1:1"],
      tlsKey,
      hpkeKey,
      statementKey,
    };
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  });
  after(() => {
    system.caKey.erase();
  });

  async function listening(recording: RecordingHandlers, node = master): Promise<string> {
    const { server, target } = await listenAs(system, node, recording);
    cleanups.push(() => server.close());
    return target.addresses[0] ?? "";
  }

  function openServer(server: Server): Promise<string> {
    cleanups.push(() => {
      server.close();
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        resolve(`127.0.0.1:${String(port)}`);
      });
    });
  }

  it("shows the CA, proves the server's key, greets and admits", async () => {
    const admitted: AdmissionRequest[] = [];
    const admission = {
      nodeId: master.warrant.nodeId,
      warrant: "warrant\n",
      charter: "charter\n",
      chain: master.identity.chain.map((certificate) => new Uint8Array(certificate)),
    };
    const recording = new RecordingHandlers({
      admit: (asked, source) => {
        admitted.push(asked);
        assert.equal(source, "127.0.0.1");
        return Promise.resolve(admission);
      },
    });
    const address = await listening(recording);
    const ca = await transport.presentedCa(address, DEADLINE_MS);
    assert.deepEqual(ca.publicKey, caPublicKey(system.caKey));
    assert.equal(toHex(caKeyHash(ca.publicKey)), toHex(caKeyHash(caPublicKey(system.caKey))));
    const connection = await transport.connect(address, ca, DEADLINE_MS);
    assert.deepEqual(connection.serverTlsKey, master.warrant.tlsKey);
    assert.deepEqual(await connection.greeting(), { warrant: master.note, charter: "charter\n" });
    assert.deepEqual(await connection.admit(request), admission);
    assert.deepEqual(admitted, [request]);
    connection.close();
  });

  it("brings the refusal of the handler", async () => {
    const recording = new RecordingHandlers({
      admit: () => Promise.reject(new CodedError("not-master-secret-server")),
    });
    const address = await listening(recording);
    const ca = await transport.presentedCa(address, DEADLINE_MS);
    const connection = await transport.connect(address, ca, DEADLINE_MS);
    await assert.rejects(connection.admit(request), coded("not-master-secret-server"));
    connection.close();
  });

  it("connects to nobody whose chain does not lead to the CA that is trusted", async () => {
    const foreign = await new PeerSystem().node("foreign");
    const heard: string[] = [];
    const eavesdropper = createHttpsServer(
      { ...PEER_TLS, ...identityOptions(foreign.identity) },
      (asked) => heard.push(asked.url ?? ""),
    );
    const address = await openServer(eavesdropper);
    const presented = await transport.presentedCa(address, DEADLINE_MS);
    assert.notDeepEqual(presented.publicKey, caPublicKey(system.caKey));
    const own = await listening(new RecordingHandlers());
    const ca = await transport.presentedCa(own, DEADLINE_MS);
    await assert.rejects(transport.connect(address, ca, DEADLINE_MS), (error) => {
      assert.ok(isCoded(error, "node-unreachable"));
      assert.match(error.message, /not of this system's CA/);
      return true;
    });
    assert.deepEqual(heard, []);
  });

  it("connects to nobody who presents the CA without a certificate of it", async () => {
    const own = await listening(new RecordingHandlers());
    const ca = await transport.presentedCa(own, DEADLINE_MS);
    const foreign = await new PeerSystem().node("foreign");
    const { cert, key } = identityOptions(foreign.identity);
    const chain = [String(cert).split("\n\n")[0], pem("CERTIFICATE", ca.certificate)].join("");
    const impostor = createTlsServer({ ...PEER_TLS, cert: chain, key: key ?? "" });
    const address = await openServer(impostor);
    await assert.rejects(
      transport.connect(address, ca, DEADLINE_MS),
      /not of this system's CA|no reason known|UNABLE/,
    );
  });

  it("connects to nobody whose certificate has run out", async () => {
    const expired = await system.node("expired", { nowMs: 0, lifetimeMs: 1000 });
    const address = await listening(new RecordingHandlers(), expired);
    const ca = await transport.presentedCa(address, DEADLINE_MS);
    await assert.rejects(transport.connect(address, ca, DEADLINE_MS), /has expired/);
  });

  it("sends nothing but the handshake to find the CA", async () => {
    const recording = new RecordingHandlers();
    const address = await listening(recording);
    await transport.presentedCa(address, DEADLINE_MS);
    assert.deepEqual(recording.asked, []);
  });

  it("tells what is no listener of a node", async () => {
    const frozen = await openServer(createServer());
    const noTls = await openServer(createServer((socket) => socket.end("hello, who is there?\n")));
    const otherProtocol = await openServer(
      createHttpsServer({ ...identityOptions(master.identity), minVersion: "TLSv1.3" }),
    );
    for (const address of [frozen, noTls, otherProtocol, "127.0.0.1:1", "nonsense"]) {
      await assert.rejects(
        transport.presentedCa(address, SHORT_MS),
        coded("node-unreachable"),
        address,
      );
    }
  });

  it("says that the outcome is unknown when the connection is lost after the request", async () => {
    let isAsked = false;
    const server = createHttpsServer(
      { ...PEER_TLS, ...identityOptions(master.identity) },
      (asked, response) => {
        isAsked = true;
        asked.once("end", () => response.destroy());
        asked.resume();
      },
    );
    const address = await openServer(server);
    const ca = await transport.presentedCa(address, DEADLINE_MS);
    const connection = await transport.connect(address, ca, DEADLINE_MS);
    await assert.rejects(connection.admit(request), coded("outcome-unknown"));
    assert.ok(isAsked);
    // And nothing is sent to whoever answers there next.
    await assert.rejects(connection.admit(request), coded("node-unreachable"));
    connection.close();
  });
});
