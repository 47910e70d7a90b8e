import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeAuthority, seededRandom, SYSTEM } from "../test/statement-fixtures.ts";
import { Authority } from "./authority.ts";
import { InvariantBroken } from "./invariant.ts";
import { SecretBytes } from "./secret-bytes.ts";

describe("an authority", () => {
  it("comes back from its seed", () => {
    const authority = makeAuthority();
    using seed = authority.seed();
    assert.deepEqual(Authority.fromSeed(seed).publicKey, authority.publicKey);
  });

  it("differs from every other", () => {
    const random = seededRandom("two");
    const [one, two] = [Authority.generate(random), Authority.generate(random)];
    assert.notDeepEqual(one.publicKey, two.publicKey);
  });

  it("is not made of a seed of another length", () => {
    const short = SecretBytes.take(new Uint8Array(new ArrayBuffer(31)));
    assert.throws(() => Authority.fromSeed(short), InvariantBroken);
  });

  it("signs nothing after it was erased", () => {
    const authority = makeAuthority();
    {
      using scoped = authority;
      assert.ok(scoped.sign("chatelaine/drill/v1", SYSTEM, []));
    }
    assert.throws(() => authority.sign("chatelaine/drill/v1", SYSTEM, []), InvariantBroken);
    assert.throws(() => authority.seed(), InvariantBroken);
  });
});
