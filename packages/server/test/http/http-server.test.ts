import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PARTS_BYTES_MAX, PARTS_MEDIA_TYPE, ROUTES, encodeParts } from "@chatelaine/protocol";
import { CodedError } from "../../src/base/coded-error.ts";
import { makeHandlers } from "../../src/http/handlers.ts";
import { startHttpServer, type HttpServer } from "../../src/http/http-server.ts";
import type { NodeOperations } from "../../src/http/node-operations.ts";
import type { LogFields } from "../../src/platform/logger.ts";

const SECRET = "correct horse battery staple";
const STATUS = { canRead: false, canSeal: false, isMaster: false, waitingFor: "a keyring" };

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

const logged: { name: string; fields: LogFields | undefined }[] = [];
const logger = {
  log: (_level: string, name: string, fields?: LogFields) => {
    logged.push({ name, fields });
  },
  child: () => logger,
};

/** A node that fails in the ways a node can. */
const node: NodeOperations = {
  health: () => STATUS,
  metrics: () => Promise.resolve("metric 1\n"),
  status: () => Promise.reject(new TypeError(`a defect that quotes ${SECRET}`)),
  secretStatus: () =>
    Promise.reject(
      new CodedError("statement-not-authentic", { detail: "shown", internal: { what: "charter" } }),
    ),
  backup: (_caller, parameters, passphrase) => {
    assert.equal(String(passphrase), "[secret]");
    assert.deepEqual(
      passphrase.use((bytes) => Buffer.from(bytes).toString()),
      SECRET,
    );
    return Promise.resolve({
      made: {
        backupId: parameters.path,
        systemId: "s",
        nodeName: "n",
        madeAtMs: 1,
        versions: [],
      },
      file: new Uint8Array([1, 2, 3]),
    });
  },
  verifyBackup: () => Promise.reject(new CodedError("backup-damaged")),
  restore: () => Promise.reject(new CodedError("backup-wrong-system")),
};

describe("the HTTP server", () => {
  const directory = mkdtempSync(join(tmpdir(), "chatelaine-http-"));
  const socketPath = join(directory, "s");
  let loopback: HttpServer;
  let socket: HttpServer;

  before(async () => {
    const deps = {
      handlers: makeHandlers(node),
      logger,
      newRequestId: () => "req_test",
      observe: () => undefined,
    };
    loopback = await startHttpServer(deps, { kind: "loopback", host: "127.0.0.1", port: 0 });
    socket = await startHttpServer(deps, { kind: "socket", path: socketPath });
  });

  after(async () => {
    await Promise.all([loopback.close(), socket.close()]);
    rmSync(directory, { recursive: true });
  });

  function call(where: "loopback" | "socket", path: string, options: Call = {}): Promise<Answer> {
    const { method = "GET", headers = {}, body } = options;
    const target =
      where === "socket" ? { socketPath } : { host: "127.0.0.1", port: loopback.port ?? 0 };
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { ...target, path, method, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            resolve({
              status: response.statusCode ?? 0,
              type: response.headers["content-type"] ?? "",
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  async function problem(...args: Parameters<typeof call>): Promise<unknown> {
    const answer = await call(...args);
    assert.equal(answer.type, "application/problem+json; charset=utf-8");
    const { status, code, requestId } = JSON.parse(answer.body.toString()) as Record<
      string,
      unknown
    >;
    assert.equal(status, answer.status);
    assert.equal(requestId, "req_test");
    return code;
  }

  function backupBody(parameters: unknown): Uint8Array {
    return encodeParts([Buffer.from(JSON.stringify(parameters)), Buffer.from(SECRET)]);
  }

  const parts = { "content-type": PARTS_MEDIA_TYPE };

  it("is live without a database, and ready only when it can read", async () => {
    const live = await call("loopback", "/livez");
    assert.deepEqual([live.status, live.body.toString()], [200, `{"live":true}`]);
    const ready = await call("loopback", "/readyz");
    assert.deepEqual([ready.status, JSON.parse(ready.body.toString())], [503, STATUS]);
  });

  it("answers metrics as text", async () => {
    const { status, type, body } = await call("loopback", "/metrics");
    assert.deepEqual(
      [status, type, body.toString()],
      [200, "text/plain; version=0.0.4; charset=utf-8", "metric 1\n"],
    );
  });

  it("does over the network nothing that belongs on the socket", async () => {
    for (const { method, path, access } of Object.values(ROUTES)) {
      if (access === "local-administrator") {
        assert.equal(await problem("loopback", path, { method }), "local-socket-required", path);
      }
    }
  });

  it("refuses a foreign Host and a foreign Origin on loopback", async () => {
    const foreign = { headers: { host: "evil.example" } };
    assert.equal(await problem("loopback", "/livez", foreign), "host-not-allowed");
    const page = { headers: { origin: "http://evil.example" } };
    assert.equal(await problem("loopback", "/livez", page), "host-not-allowed");
  });

  it("carries secrets and files as bytes", async () => {
    const body = backupBody({ path: "/b" });
    const answer = await call("socket", "/v1/secret/backups", {
      method: "POST",
      headers: parts,
      body,
    });
    assert.deepEqual([answer.status, answer.type], [200, PARTS_MEDIA_TYPE]);
    assert.deepEqual([...answer.body.subarray(-3)], [1, 2, 3]);
  });

  it("refuses what the route table does not list, and says where", async () => {
    const bodies = [
      {},
      { path: "" },
      { path: 1 },
      { path: "/b", more: true },
      { path: "x".repeat(5000) },
      [],
      null,
    ];
    for (const json of bodies) {
      const options = { method: "POST", headers: parts, body: backupBody(json) };
      assert.equal(await problem("socket", "/v1/secret/backups", options), "request-invalid");
    }
  });

  it("refuses bodies that are not what they say they are", async () => {
    const post = (headers: Record<string, string>, body: string | Uint8Array) =>
      problem("socket", "/v1/secret/backups", { method: "POST", headers, body });
    assert.equal(await post(parts, "rubbish"), "request-invalid");
    assert.equal(
      await post(parts, encodeParts([Buffer.from("{"), Buffer.from("x")])),
      "request-invalid",
    );
    assert.equal(await post({ "content-type": "application/json" }, "{"), "request-invalid");
    assert.equal(await post({ "content-type": "application/json" }, "{}"), "request-invalid");
    assert.equal(await post({ "content-type": "text/csv" }, "a,b"), "media-type-unsupported");
    assert.equal(await post(parts, new Uint8Array(PARTS_BYTES_MAX + 1)), "body-too-large");
  });

  it("does not know other paths and methods", async () => {
    assert.equal(await problem("socket", "/v1/nonsense"), "not-found");
    assert.equal(await problem("socket", "/v1/secret", { method: "DELETE" }), "not-found");
  });

  it("shows the detail of a coded failure, and nothing of a defect", async () => {
    const refused = await call("socket", "/v1/secret");
    assert.match(refused.body.toString(), /"detail":"shown"/);
    assert.doesNotMatch(refused.body.toString(), /charter"/);
    const defect = await call("socket", "/v1/status");
    assert.equal(defect.status, 500);
    assert.doesNotMatch(defect.body.toString(), /horse|TypeError|quotes/);
  });

  it("logs a defect with its place and without what it quotes", async () => {
    logged.length = 0;
    await call("socket", "/v1/status");
    const [line] = logged.filter(({ name }) => name === "request.failed");
    assert.match(JSON.stringify(line), /TypeError.*http-server\.test\.ts/);
    assert.doesNotMatch(JSON.stringify(logged), /horse/);
  });

  it("says that another program has the port", async () => {
    const taken = startHttpServer(
      {
        handlers: makeHandlers(node),
        logger,
        newRequestId: () => "req_test",
        observe: () => undefined,
      },
      { kind: "loopback", host: "127.0.0.1", port: loopback.port ?? 0 },
    );
    await assert.rejects(
      taken,
      (error) => error instanceof CodedError && error.code === "address-in-use",
    );
  });
});
