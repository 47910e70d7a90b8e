import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeJoinToken } from "../test/statement-fixtures.ts";
import { InvariantBroken } from "./invariant.ts";
import { encodeJoinToken, JOIN_ADDRESSES_MAX, type JoinToken } from "./join-token.ts";
import { SecretBytes } from "./secret-bytes.ts";

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `host${index.toString()}:4871`);
}

describe("a join token", () => {
  it("has room for the addresses of 64 candidates, in one line of ASCII", () => {
    const token = encodeJoinToken(makeJoinToken({ addresses: numbered(JOIN_ADDRESSES_MAX) }));
    assert.match(
      token.use((bytes) => Buffer.from(bytes).toString("latin1")),
      /^chatjoin_[a-z2-7]+$/,
    );
  });

  const unsound: readonly (readonly [string, Partial<JoinToken>])[] = [
    ["no address", { addresses: [] }],
    ["too many addresses", { addresses: numbered(JOIN_ADDRESSES_MAX + 1) }],
    ["an address twice", { addresses: ["a:1", "a:1"] }],
    ["an address with a space", { addresses: ["a b:1"] }],
    ["a short secret", { secret: SecretBytes.take(new Uint8Array(new ArrayBuffer(31))) }],
    ["a short key", { authorityKey: new Uint8Array(31) }],
    ["a short hash", { caKeyHash: new Uint8Array(31) }],
    ["no instant", { expiresAtMs: -1 }],
  ];
  for (const [what, changes] of unsound) {
    it(`is not made with ${what}`, () => {
      assert.throws(() => encodeJoinToken(makeJoinToken(changes)), InvariantBroken);
    });
  }
});
