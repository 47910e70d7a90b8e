import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PARTS_MEDIA_TYPE, decodeParts, encodeParts } from "@chatelaine/protocol";
import { ChatelaineClient } from "./client.ts";
import { ChatelaineError } from "./chatelaine-error.ts";
import { fetchTransport } from "./fetch-transport.ts";
import type { TransportRequest, TransportResponse } from "./transport.ts";

const item = { application: "Orders", identifier: "production/db ü?" };
const revision = "00000000000000010123456789abcdef";

/** A client whose requests are kept, as they were when they were sent. */
function recorded(response: Partial<TransportResponse> & { readonly json?: unknown } = {}) {
  const sent: TransportRequest[] = [];
  const client = new ChatelaineClient(async (request) => {
    sent.push({ ...request, body: request.body?.slice() });
    const body = new TextEncoder().encode(JSON.stringify(response.json ?? {}));
    return { status: 200, headers: { "content-type": "application/json" }, body, ...response };
  });
  return { client, sent };
}

function jsonOf(request: TransportRequest | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(request?.body));
}

describe("a call", () => {
  it("puts parameters into the path, encoded", async () => {
    const { client, sent } = recorded();
    await client.call("config.get", { params: item });
    assert.equal(sent[0]?.path, "/v1/applications/Orders/items/production%2Fdb%20%C3%BC%3F");
  });

  for (const identifier of [".", "..", "", "\ud800"]) {
    it(`sends nothing for the parameter ${JSON.stringify(identifier)}`, async () => {
      const { client, sent } = recorded();
      const call = client.call("config.delete", { params: { ...item, identifier } });
      await assert.rejects(call, { code: "request-invalid" });
      assert.deepEqual(sent, []);
    });
  }

  it("leaves out of the query what is undefined", async () => {
    const { client, sent } = recorded({ json: { items: [] } });
    await client.call("config.list", {
      params: { application: "Orders" },
      query: { limit: "10", after: undefined, prefix: "a&b" },
    });
    assert.equal(sent[0]?.path, "/v1/applications/Orders/items?limit=10&prefix=a%26b");
  });

  it("sends JSON with its conditions and its key", async () => {
    const { client, sent } = recorded();
    await client.call("config.set", {
      params: item,
      json: { properties: { Retries: 3, Password: null } },
      ifMatch: revision,
      ifNoneMatch: "*",
      idempotencyKey: "once",
    });
    assert.deepEqual(sent[0]?.headers, {
      "content-type": "application/json",
      "if-match": `"${revision}"`,
      "if-none-match": "*",
      "idempotency-key": "once",
    });
    assert.deepEqual(jsonOf(sent[0]), { properties: { Retries: 3, Password: null } });
  });

  it("sends no body and no header where there is nothing to send", async () => {
    const { client, sent } = recorded();
    await client.call("application.enable", { params: { application: "Orders" } });
    assert.deepEqual(sent[0], {
      method: "POST",
      path: "/v1/applications/Orders/enable",
      headers: {},
      body: undefined,
    });
  });

  it("returns the revision of its ETag", async () => {
    const headers = { "content-type": "application/json", etag: `"${revision}"` };
    const { client } = recorded({ headers, json: { identifier: "a" } });
    const { etag, json } = await client.call("config.get", { params: item });
    assert.equal(etag, revision);
    assert.deepEqual(json, { identifier: "a" });
  });

  it("returns a text as it is", async () => {
    const { client } = recorded({ body: new TextEncoder().encode("up 1\n") });
    const { json } = await client.call("metrics.read");
    assert.equal(json, "up 1\n");
  });
});

describe("a body with parts", () => {
  it("carries the JSON first, and is overwritten once it was sent", async () => {
    let kept = new Uint8Array();
    let seen: readonly Uint8Array[] = [];
    const client = new ChatelaineClient(async ({ body = new Uint8Array(), headers }) => {
      assert.equal(headers["content-type"], PARTS_MEDIA_TYPE);
      kept = body;
      seen = decodeParts(body.slice(), 2) ?? [];
      const answer = [new TextEncoder().encode("{}"), new Uint8Array([7])];
      return { status: 200, headers: {}, body: encodeParts(answer) };
    });
    const passphrase = new TextEncoder().encode("correct horse");
    const { parts } = await client.call("secret.backup", {
      json: { path: "/b.age" },
      parts: [passphrase],
    });
    assert.deepEqual(seen[1], passphrase);
    assert.ok(kept.every((byte) => byte === 0));
    assert.deepEqual(parts, [new Uint8Array([7])]);
  });
});

describe("a refusal", () => {
  const problem = { "content-type": "application/problem+json" };

  it("is an error with the code, the remedy and the request id", async () => {
    const json = { code: "revision-conflict", detail: "changed meanwhile", requestId: "req_a" };
    const { client } = recorded({ status: 412, headers: problem, json });
    const call = client.call("config.get", { params: item });
    await assert.rejects(call, {
      name: "ChatelaineError",
      code: "revision-conflict",
      remedy: "fix-request",
      message: "changed meanwhile",
      requestId: "req_a",
    });
  });

  it("is internal where this library does not know the code", async () => {
    const json = { code: "of-a-later-release", title: "Something new" };
    const { client } = recorded({ status: 400, headers: problem, json });
    await assert.rejects(client.call("token.list"), { code: "internal", message: "Something new" });
  });

  it("says that no node answers, and why", async () => {
    const cause = new Error("connect ECONNREFUSED");
    const client = new ChatelaineClient(() => Promise.reject(cause));
    await assert.rejects(client.call("token.list"), { code: "node-unreachable", cause });
  });

  it("does not take anything else that answers for a node", async () => {
    const { client } = recorded({ body: new TextEncoder().encode("<html>") });
    await assert.rejects(client.call("token.list"), { code: "node-unreachable" });
  });

  it("is one class, also for what the client itself refuses", () => {
    assert.ok(new ChatelaineError("internal", undefined) instanceof Error);
  });
});

describe("the types of a call", () => {
  const { client } = recorded();

  it("demand what the route demands, and refuse what it does not take", () => {
    const wrong = [
      // @ts-expect-error The route has parameters.
      () => client.call("config.get"),
      // @ts-expect-error A parameter is missing.
      () => client.call("config.get", { params: { application: "Orders" } }),
      // @ts-expect-error The route has a body.
      () => client.call("token.create"),
      // @ts-expect-error It takes a passphrase.
      () => client.call("secret.backup", { json: { path: "/b.age" } }),
      // @ts-expect-error Reading takes no key.
      () => client.call("config.get", { params: item, idempotencyKey: "once" }),
      // @ts-expect-error Only an item can be created by a condition.
      () => client.call("application.delete", { params: item, ifNoneMatch: "*" }),
      // @ts-expect-error There is no such query.
      () => client.call("application.list", { query: { prefix: "a" } }),
      // @ts-expect-error It takes nothing.
      () => client.call("token.list", {}),
    ];
    assert.equal(wrong.length, 8);
  });
});

describe("fetchTransport", () => {
  it("sends the token to the place it was made for, and follows no redirection", async () => {
    const calls: [string, RequestInit | undefined][] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      calls.push([url instanceof Request ? url.url : String(url), init]);
      return new Response("{}", { headers: { "content-type": "application/json", ETag: '"a"' } });
    };
    const transport = fetchTransport("http://127.0.0.1:4870/", { token: "chat_a_b", fetch });
    const request = { method: "GET", path: "/v1/tokens", headers: {}, body: undefined };
    const { headers } = await transport(request);
    const [[url, init] = []] = calls;
    assert.equal(url, "http://127.0.0.1:4870/v1/tokens");
    assert.deepEqual(init?.headers, { authorization: "Bearer chat_a_b" });
    assert.equal(init.redirect, "error");
    assert.deepEqual(headers, { "content-type": "application/json", etag: '"a"' });
  });

  it("refuses a base URL that is none", () => {
    assert.throws(() => fetchTransport("127.0.0.1"), TypeError);
  });
});
