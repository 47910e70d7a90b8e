import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toHex } from "./bytes.ts";
import { messageKey } from "./message-key.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { text } from "./text.ts";

describe("a key for messages", () => {
  it("makes the MAC of RFC 4231, test case 2", () => {
    using secret = SecretBytes.copyOf(text("Jefe"));
    const mac = messageKey(secret).mac(text("what do ya want for nothing?"));
    assert.equal(toHex(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  });

  it("makes the MAC of RFC 4231, test case 1, after its secret was erased", () => {
    const secret = SecretBytes.copyOf(fromHex("0b".repeat(20)));
    const key = messageKey(secret);
    secret.erase();
    const mac = key.mac(text("Hi There"));
    assert.equal(toHex(mac), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  });
});
