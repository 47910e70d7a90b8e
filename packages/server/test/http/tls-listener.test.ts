import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { connect, type ConnectionOptions } from "node:tls";
import { CallerCertificate } from "../../src/app/caller-certificate.ts";
import { certificateAndKey, identityOptions } from "../../src/cluster/transport/tls-identity.ts";
import { makeHandlers } from "../../src/http/handlers.ts";
import {
  startHttpServer,
  type HttpServer,
  type HttpServerDeps,
  type ListenerCertificate,
} from "../../src/http/http-server.ts";
import type { NodeOperations } from "../../src/http/node-operations.ts";
import { coded } from "../support/coded.ts";
import { ManualTime } from "../support/manual-time.ts";
import { NO_LOGGER, PeerSystem, type TestNode } from "../support/peer-system.ts";

/** Only liveness is asked, and what nobody may. */
const NO_OPERATIONS = new Proxy({} as NodeOperations, {
  get: () => new Proxy({}, { get: () => () => Promise.reject(new TypeError("not asked")) }),
});

const deps: HttpServerDeps = {
  handlers: makeHandlers(NO_OPERATIONS, "0.0.0"),
  logger: NO_LOGGER,
  newRequestId: () => "req_test",
  authenticate: () => Promise.reject(new TypeError("nobody has a token")),
  work: (run) => run(),
  workOnce: (run) => run(),
  refused: () => Promise.resolve(),
  observe: () => undefined,
};

describe("the listener for callers with TLS", () => {
  const system = new PeerSystem();
  let node: TestNode;
  let certificate: ListenerCertificate | undefined;
  let server: HttpServer;

  before(async () => {
    const names = ["sso.example.org"];
    node = await system.node("one", { addresses: ["127.0.0.1:1"], names });
  });
  afterEach(() => server.close());
  after(() => {
    system.caKey.erase();
  });

  async function listen(first: ListenerCertificate | undefined): Promise<void> {
    certificate = first;
    server = await startHttpServer(deps, {
      kind: "tls",
      host: "127.0.0.1",
      port: 0,
      certificate: () => certificate,
    });
  }

  function get(path: string, options: ConnectionOptions = {}): Promise<[number, string]> {
    const { ca } = identityOptions(node.identity);
    const where = { host: "127.0.0.1", port: server.port, path, agent: false, ca, ...options };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(where, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => {
          resolve([response.statusCode ?? 0, text]);
        });
      });
      request.on("error", reject);
      request.end();
    });
  }

  it("answers callers who trust the CA of the certificate, under the names in it", async () => {
    await listen(certificateAndKey(node.identity));
    assert.equal((await get("/livez"))[0], 200);
  });

  it("makes nobody of a caller who shows the certificate of a node", async () => {
    await listen(certificateAndKey(node.identity));
    const [status, text] = await get("/v1/applications", certificateAndKey(node.identity));
    assert.equal(status, 401);
    assert.match(text, /authentication-required/);
  });

  it("answers under each name of the certificate", async () => {
    await listen(certificateAndKey(node.identity));
    const headers = { headers: { host: "sso.example.org" } } as ConnectionOptions;
    assert.equal((await get("/livez", headers))[0], 200);
  });

  it("speaks no TLS before 1.2, and nothing without", async () => {
    await listen(certificateAndKey(node.identity));
    await assert.rejects(get("/livez", { maxVersion: "TLSv1.1", minVersion: "TLSv1.1" }));
  });

  it("refuses connections until there is a certificate, and shows each new one", async () => {
    await listen(undefined);
    await assert.rejects(get("/livez"));
    certificate = certificateAndKey(node.identity);
    server.certificateChanged();
    assert.equal((await get("/livez"))[0], 200);
    const second = await system.node("two", { addresses: ["127.0.0.1:1"] });
    certificate = certificateAndKey(second.identity);
    server.certificateChanged();
    assert.equal(await commonName(), second.warrant.nodeId);
  });

  it("says that the address is not one of this machine", async () => {
    await listen(undefined);
    await assert.rejects(
      startHttpServer(deps, {
        kind: "tls",
        host: "192.0.2.1",
        port: 0,
        certificate: () => undefined,
      }),
      coded("configuration-invalid"),
    );
  });

  function commonName(): Promise<string> {
    return new Promise((resolve, reject) => {
      const where = { host: "127.0.0.1", port: server.port ?? 0, rejectUnauthorized: false };
      const socket = connect(where, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on("error", reject);
    });
  }
});

describe("the files of a certificate for callers", () => {
  const system = new PeerSystem();
  const directory = mkdtempSync(join(tmpdir(), "chatelaine-tls-"));
  const certificateFile = join(directory, "certificate.pem");
  const keyFile = join(directory, "key.pem");
  const files = { certificateFile, keyFile };
  let one: ListenerCertificate;
  let two: ListenerCertificate;

  before(async () => {
    one = certificateAndKey((await system.node("one")).identity);
    two = certificateAndKey((await system.node("two")).identity);
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  function write({ cert, key }: ListenerCertificate): void {
    writeFileSync(certificateFile, cert);
    writeFileSync(keyFile, key);
  }

  it("are refused when they are no certificate with its key", async () => {
    const time = new ManualTime();
    const load = (): Promise<unknown> => CallerCertificate.load(files, time, NO_LOGGER);
    await assert.rejects(load(), coded("file-unreadable"));
    write({ cert: one.cert, key: two.key });
    await assert.rejects(load(), coded("configuration-invalid"));
    write({ cert: "nonsense", key: one.key });
    await assert.rejects(load(), coded("configuration-invalid"));
  });

  it("are read again when both have changed, and not used while they do not fit", async () => {
    const time = new ManualTime();
    write(one);
    const held = await CallerCertificate.load(files, time, NO_LOGGER);
    assert.equal(String(held.current.cert), one.cert);
    assert.equal(await held.reread(), false);
    writeFileSync(certificateFile, two.cert);
    assert.equal(await held.reread(), false);
    assert.equal(String(held.current.cert), one.cert);
    writeFileSync(keyFile, two.key);
    assert.equal(await held.reread(), true);
    assert.equal(String(held.current.cert), two.cert);
  });

  it("are looked at every minute, until that is stopped", async () => {
    const time = new ManualTime();
    write(one);
    const held = await CallerCertificate.load(files, time, NO_LOGGER);
    const changed = Promise.withResolvers<undefined>();
    held.watch(() => {
      changed.resolve(undefined);
    });
    write(two);
    await time.run(60_000);
    await changed.promise;
    assert.equal(String(held.current.cert), two.cert);
    held.stop();
    assert.equal(time.waitingCount, 0);
  });
});
