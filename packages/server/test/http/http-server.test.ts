import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  PARTS_BYTES_MAX,
  PARTS_MEDIA_TYPE,
  ROUTES,
  encodeParts,
  type ApplicationView,
} from "@chatelaine/protocol";
import { CodedError } from "../../src/base/coded-error.ts";
import { makeHandlers } from "../../src/http/handlers.ts";
import {
  startHttpServer,
  type HttpServer,
  type HttpServerDeps,
  type Refusal,
} from "../../src/http/http-server.ts";
import type { NodeOperations } from "../../src/http/node-operations.ts";
import type { LogFields } from "../../src/platform/logger.ts";
import { NOT_ASKED, refuse } from "../support/not-asked.ts";

const SECRET = "correct horse battery staple";
const STATUS = { canRead: false, canSeal: false, isMaster: false, waitingFor: "a keyring" };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
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
  node: {
    health: () => STATUS,
    metrics: () => Promise.resolve("metric 1\n"),
    status: () => Promise.reject(new TypeError(`a defect that quotes ${SECRET}`)),
    system: () => Promise.reject(new CodedError("database-unavailable")),
    purgeLookups: () => Promise.resolve({ rows: 3, nodes: 1, notReached: [] }),
  },
  secret: {
    status: () =>
      Promise.reject(
        new CodedError("statement-not-authentic", {
          detail: "shown",
          internal: { what: "charter" },
        }),
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
  },
  applications: {
    ...NOT_ASKED,
    create: (_caller, { name }, repeatable) => {
      asked.push({ repeatable });
      return Promise.resolve(applicationNamed(name));
    },
    update: (_caller, { ifMatch }) => {
      asked.push({ ifMatch });
      return Promise.resolve(applicationNamed("changed"));
    },
  },
  cluster: NOT_ASKED,
  master: NOT_ASKED,
  items: {
    ...NOT_ASKED,
    set: (_caller, { application, identifier, precondition }) => {
      asked.push({ application, identifier, precondition });
      return Promise.resolve({ identifier, revision: REVISION, writtenAtMs: 1, writtenBy: "x" });
    },
  },
  bindings: { ...NOT_ASKED, export: refuse, progress: refuse },
  tokens: NOT_ASKED,
  records: NOT_ASKED,
};

/** What the handlers were asked for, by the tests that look. */
const asked: unknown[] = [];
const REVISION = "0123456789abcdef0123456789abcdef";

function applicationNamed(name: string): ApplicationView {
  return {
    applicationId: "app_aaaaaaaaaaaaaaaa",
    revision: REVISION,
    name,
    type: "config-store",
    enabled: false,
    description: "",
    contact: "",
    applicationUsers: [],
    applicationAdministrators: [],
    flags: {},
    fields: [],
    createdAtMs: 1,
    updatedAtMs: 1,
  };
}

const refusals: Refusal[] = [];
const deps: HttpServerDeps = {
  handlers: makeHandlers(node, "test"),
  logger,
  newRequestId: () => "req_test",
  work: (run) => run(),
  workOnce: (run) => run(),
  authenticate: (bearer, origin) =>
    Promise.resolve(
      bearer === "good"
        ? { kind: "admin-token", name: "token:x", mayReveal: false, applications: [], ...origin }
        : { kind: "nobody", name: "nobody", ...origin },
    ),
  refused: (refusal) => {
    refusals.push(refusal);
    return Promise.resolve();
  },
  observe: () => undefined,
};

describe("the HTTP server", () => {
  const directory = mkdtempSync(join(tmpdir(), "chatelaine-http-"));
  const socketPath = join(directory, "s");
  let loopback: HttpServer;
  let socket: HttpServer;

  before(async () => {
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
              headers: response.headers,
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
    for (const { method, path, permission } of Object.values(ROUTES)) {
      if (permission === "local-administrator") {
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
    const longer = { method: "POST", headers: parts, body: new Uint8Array(PARTS_BYTES_MAX + 1) };
    assert.equal(await problem("socket", "/v1/bindings", longer), "request-invalid");
    assert.equal(await problem("socket", "/v1/secret/backups", longer), "body-too-large");
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

  const json = { "content-type": "application/json" };

  it("sends the revision of a resource as its entity tag", async () => {
    const answer = await call("socket", "/v1/applications", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ name: "a", type: "config-store" }),
    });
    assert.deepEqual([answer.status, answer.headers.etag], [201, `"${REVISION}"`]);
    assert.equal(answer.headers["cache-control"], "no-store");
  });

  it("takes identifiers of many parts from the path", async () => {
    asked.length = 0;
    const identifier = "Orders/Receive Location é%";
    const path = `/v1/applications/a%2Fb/items/${encodeURIComponent(identifier)}`;
    const body = JSON.stringify({ properties: { a: "1" } });
    await call("socket", path, { method: "PATCH", headers: json, body });
    assert.deepEqual(asked, [{ application: "a/b", identifier, precondition: { kind: "none" } }]);
  });

  it("understands a condition or refuses the request", async () => {
    asked.length = 0;
    const set = (headers: Record<string, string>) => ({
      method: "PATCH",
      headers: { ...json, ...headers },
      body: JSON.stringify({ properties: { a: "1" } }),
    });
    const path = "/v1/applications/a/items/b";
    await call("socket", path, set({ "if-match": `"${REVISION}"` }));
    await call("socket", path, set({ "if-none-match": "*" }));
    assert.deepEqual(
      asked.map((one) => (one as { precondition: { kind: string } }).precondition.kind),
      ["revision", "absent"],
    );
    const unreadable: readonly Record<string, string>[] = [
      { "if-match": REVISION },
      { "if-match": "*" },
      { "if-match": `W/"${REVISION}"` },
      { "if-match": `"${REVISION}", "${REVISION}"` },
      { "if-none-match": `"${REVISION}"` },
      { "if-match": `"${REVISION}"`, "if-none-match": "*" },
    ];
    for (const headers of unreadable) {
      assert.equal(await problem("socket", path, set(headers)), "precondition-unreadable");
    }
    const read = { headers: { "if-match": `"${REVISION}"` } };
    assert.equal(await problem("socket", "/v1/applications", read), "precondition-unreadable");
    const create = { method: "POST", headers: { "if-none-match": "*" } };
    assert.equal(
      await problem("socket", "/v1/applications/a/enable", create),
      "precondition-unreadable",
    );
  });

  it("takes an idempotency key where something is changed, and nowhere else", async () => {
    asked.length = 0;
    const create = (key: string, body = { name: "a", type: "group" }) => ({
      method: "POST",
      headers: { ...json, "idempotency-key": key },
      body: JSON.stringify(body),
    });
    await call("socket", "/v1/applications", create("one"));
    await call("socket", "/v1/applications", create("one"));
    await call("socket", "/v1/applications", create("one", { name: "b", type: "group" }));
    const [first, same, other] = asked;
    assert.deepEqual(first, same);
    assert.notDeepEqual(first, other);
    for (const key of ["", " ", "a b", "x".repeat(129)]) {
      assert.equal(await problem("socket", "/v1/applications", create(key)), "request-invalid");
    }
    const read = { headers: { "idempotency-key": "one" } };
    assert.equal(await problem("socket", "/v1/applications", read), "request-invalid");
  });

  it("believes a token wherever it is sent, and nobody who sends a bad one", async () => {
    const bearer = (authorization: string) => ({ headers: { authorization } });
    const bad = ["Bearer bad", "Bearer", "Basic good", "Bearer good good", "good"];
    for (const where of ["loopback", "socket"] as const) {
      const { status } = await call(where, "/v1/status", bearer("Bearer good"));
      assert.equal(status, 500, "it was let through to the defect");
      for (const authorization of bad) {
        const answer = await call(where, "/v1/status", bearer(authorization));
        assert.equal(answer.status, 401);
        assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer /);
      }
      const code = await problem(where, "/v1/secret", bearer("Bearer good"));
      assert.equal(code, "local-socket-required");
    }
  });

  it("tells of each failure who was refused what", async () => {
    refusals.length = 0;
    await call("loopback", "/v1/applications/a");
    const [refusal] = refusals;
    assert.deepEqual(
      [refusal?.routeId, refusal?.code, refusal?.caller.kind, JSON.stringify(refusal?.params)],
      ["application.show", "authentication-required", "nobody", '{"application":"a"}'],
    );
  });

  it("says that another program has the port", async () => {
    const taken = startHttpServer(deps, {
      kind: "loopback",
      host: "127.0.0.1",
      port: loopback.port ?? 0,
    });
    await assert.rejects(
      taken,
      (error) => error instanceof CodedError && error.code === "address-in-use",
    );
  });
});
