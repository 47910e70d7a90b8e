import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { newApiToken, parseApiToken, parseApiTokenId } from "./api-token.ts";
import { CryptoError } from "./crypto-error.ts";
import { seededRandom } from "../test/statement-fixtures.ts";

describe("an API token", () => {
  it("is found and believed by what is kept of it", () => {
    const { id, token, secretHash } = newApiToken(seededRandom("token"));
    const characters = token.use((bytes) => Buffer.from(bytes).toString("latin1"));
    assert.match(characters, /^chat_[a-z2-7]{16}_[a-z2-7]{52}$/);
    assert.deepEqual(parseApiToken(characters), { id, secretHash });
  });

  it("is never the same twice, nor printed with the rest", () => {
    const random = seededRandom("tokens");
    const one = newApiToken(random);
    const other = newApiToken(random);
    assert.notEqual(one.id, other.id);
    assert.notDeepEqual(one.secretHash, other.secretHash);
    assert.match(inspect(one), /token: \[secret\]/);
  });

  it("has an id of one spelling", () => {
    assert.equal(parseApiTokenId("a".repeat(16)), "a".repeat(16));
    assert.throws(() => parseApiTokenId("a".repeat(24)), new CryptoError("malformed"));
  });
});
