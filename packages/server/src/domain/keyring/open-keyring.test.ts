import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Keyring, newSystemId, SecretBytes, type Charter } from "@chatelaine/crypto";
import { systemRandom } from "../../platform/random.ts";
import { ringKeeping } from "./open-keyring.ts";

const SYSTEM = newSystemId(systemRandom);

function version(number: number, state: "primary" | "retired") {
  return { number, state, secret: SecretBytes.random(systemRandom, 32) };
}

/** What is held, and the ring of a charter that lists version 2 alone, or 1 as destroyed too. */
function keep(destroyed: (held: Keyring) => Charter["versions"]): Keyring {
  const held = Keyring.of(SYSTEM, [version(1, "primary")], 1n);
  const secrets = { systemId: SYSTEM, revision: 2n, versions: [version(2, "primary")] };
  return ringKeeping(secrets, { versions: destroyed(held) } as unknown as Charter, held);
}

describe("the ring of a newer charter", () => {
  it("keeps a version that only this node has, for reading (P4)", () => {
    const ring = keep(() => []);
    assert.deepEqual(ring.numbers.toSorted(), [1, 2]);
    assert.equal(ring.stateOf(1), "retired");
  });

  it("keeps none that the charter says destroyed, by its check value", () => {
    const ring = keep((held) => [
      { number: 1, state: "destroyed", checkValue: held.checkValue(1) },
    ]);
    assert.deepEqual(ring.numbers, [2]);
  });

  it("keeps another one of the same number than the destroyed", () => {
    const ring = keep(() => [{ number: 1, state: "destroyed", checkValue: new Uint8Array(32) }]);
    assert.deepEqual(ring.numbers.toSorted(), [1, 2]);
  });
});
