import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { boolean, bytes, list, nothing, parsed, record, text, u64, type Codec } from "./codec.ts";
import { mismatch } from "./json-mismatch.ts";
import { ACTS, parseFailure, renderFailure } from "./wire.ts";

const U64_MAX = 2n ** 64n - 1n;

function refuses(codec: Codec<unknown>, ...values: readonly unknown[]): void {
  for (const value of values) {
    assert.throws(
      () => codec.decode(value, "at"),
      (error) => isCoded(error, "request-invalid") && error.message.startsWith("at"),
      JSON.stringify(value),
    );
  }
}

describe("what crosses the wire between nodes", () => {
  it("comes back as it was", () => {
    const whole = record({
      count: u64,
      data: bytes(0, 4),
      names: list(text(4), 2),
      node: parsed(parseNodeId),
      is: boolean,
    });
    const value = {
      count: U64_MAX,
      data: Uint8Array.of(0, 255),
      names: ["a", "ü"],
      node: parseNodeId("nod_aaaaaaaaaaaaaaaa"),
      is: false,
    };
    const json: unknown = JSON.parse(JSON.stringify(whole.encode(value)));
    assert.deepEqual(whole.decode(json, ""), value);
    assert.deepEqual(whole.decode({ ...Object(json), later: 1 }, ""), value);
  });

  it("is refused in any other form", () => {
    refuses(u64, 1, "", "01", "-1", "1.5", "0x1", String(U64_MAX + 1n), "9".repeat(21), null);
    refuses(bytes(1, 2), "", "AAAA", "AA", "A A=", "AB==", "AA==\n", 1);
    refuses(text(2), "abc", 1, null);
    refuses(boolean, 0, "true", null);
    refuses(list(text(1), 1), {}, ["a", "b"], ["ab"], "a");
    refuses(parsed(parseNodeId), "nod_", "nod_AAAAAAAAAAAAAAAA", 1);
    refuses(nothing, null, [], 1, "{}");
    refuses(record({ a: text(1) }), {}, [], null, { a: 1 }, { b: "a" });
  });

  it("takes nothing from the prototype of an object", () => {
    refuses(record({ toString: text(100) }), {});
  });

  it("keeps code and detail of a failure, and no more than its code of any other", () => {
    const failure = new CodedError("node-revoked", { detail: "why", internal: { secret: 1 } });
    const { status, body } = renderFailure(failure);
    assert.equal(status, 403);
    assert.deepEqual(body, { code: "node-revoked", detail: "why" });
    assert.equal(parseFailure(body)?.detail, "why");
    assert.deepEqual(renderFailure(new TypeError("secret")).body, { code: "internal" });
  });

  it("does not take for a failure what has no code of this version", () => {
    for (const json of [
      { code: "a-later-code" },
      { code: "toString" },
      {},
      [],
      null,
      1,
      "internal",
    ]) {
      assert.equal(parseFailure(json), undefined);
    }
  });

  it("is repeated for no act that may not happen twice", () => {
    const once = Object.entries(ACTS).filter(([, { mayRepeat }]) => !mayRepeat);
    assert.deepEqual(
      once.map(([act]) => act),
      ["admit"],
    );
  });
});

describe("a value held against its schema", () => {
  const schema = {
    type: "object",
    additionalProperties: false,
    required: ["name"],
    properties: {
      name: { type: "string", maxLength: 3, minLength: 1, pattern: "^[a-z]+$" },
      role: { type: "string", maxLength: 9, enum: ["one", "two"] },
      count: { type: "integer", minimum: 1, maximum: 9 },
      share: { type: "number" },
      is: { type: "boolean" },
      items: { type: "array", maxItems: 1, items: { type: "boolean" } },
      any: { type: ["string", "null"], maxLength: 9 },
      fields: {
        type: "object",
        additionalProperties: { type: "integer" },
        propertyNames: { minLength: 1, maxLength: 9 },
        maxProperties: 9,
      },
    },
  } as const;

  it("passes, with properties of a later version too", () => {
    const rest = { count: 9, share: 0.5, is: true, items: [true], any: null, fields: { a: 1 } };
    for (const value of [
      { name: "a" },
      { name: "abc", role: "two", ...rest },
      { name: "a", z: 1 },
    ]) {
      assert.equal(mismatch(schema, value, ""), undefined);
    }
  });

  it("is told where it differs", () => {
    const cases = [
      [{}, "/ lacks name"],
      [{ name: "" }, "//name"],
      [{ name: "abcd" }, "//name"],
      [{ name: "A" }, "//name"],
      [{ name: "a", role: "three" }, "//role"],
      [{ name: "a", count: 10 }, "//count"],
      [{ name: "a", count: 1.5 }, "//count"],
      [{ name: "a", share: "1" }, "//share"],
      [{ name: "a", is: 1 }, "//is"],
      [{ name: "a", items: [true, true] }, "//items"],
      [{ name: "a", items: [1] }, "//items/0"],
      [{ name: "a", any: 1 }, "//any"],
      [{ name: "a", fields: { a: "b" } }, "//fields/a"],
      [{ name: "a", fields: [] }, "//fields"],
      [null, "/"],
    ] as const;
    for (const [value, start] of cases) {
      assert.ok(mismatch(schema, value, "/")?.startsWith(start), JSON.stringify(value));
    }
  });
});
