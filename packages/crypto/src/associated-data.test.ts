import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AssociatedData, type Place } from "./associated-data.ts";
import { toHex } from "./bytes.ts";
import { encodeFields } from "./fields.ts";
import { encodeSealedHeader, type SealedHeader } from "./sealed-header.ts";
import { systemIdBytes, type SystemId } from "./system-id.ts";
import { text } from "./text.ts";
import { OTHER_SYSTEM, SYSTEM } from "../test/statement-fixtures.ts";

interface Bound extends Place, SealedHeader {
  readonly systemId: SystemId;
  readonly applicationId: string;
}

// Few letters and short parts, so that near misses are common; some that are composed.
const words = fc.string({ unit: fc.constantFrom("a", "b", "e", "\u0301"), maxLength: 3 });
const parts = fc.uint8Array({ max: 2, maxLength: 3 });
const bounds: fc.Arbitrary<Bound> = fc.record({
  systemId: fc.constantFrom(SYSTEM, OTHER_SYSTEM),
  applicationId: words,
  version: fc.constantFrom(1, 2),
  generation: fc.constantFrom(0, 1),
  kind: words,
  naturalKey: fc.array(parts, { maxLength: 3 }),
  revision: parts,
});

describe("associated data", () => {
  it("is the field list which the format says", () => {
    fc.assert(
      fc.property(bounds, (bound) => {
        const expected = encodeFields(
          text("chatelaine/sealed-value/v1"),
          encodeSealedHeader(bound),
          systemIdBytes(bound.systemId),
          text(bound.applicationId),
          text(bound.kind),
          encodeFields(...bound.naturalKey),
          bound.revision,
        );
        assert.equal(toHex(associatedDataOf(bound)), toHex(expected));
      }),
    );
  });

  it("is different for different contexts", () => {
    fc.assert(
      fc.property(bounds, bounds, (one, other) => {
        const isSame = toHex(associatedDataOf(one)) === toHex(associatedDataOf(other));
        assert.equal(isSame, shown(one) === shown(other));
      }),
    );
  });

  it("is not disturbed by what was made before it in the same buffer", () => {
    const data = new AssociatedData(
      SYSTEM,
      "app",
      encodeSealedHeader({ version: 1, generation: 0 }),
    );
    const long = {
      kind: "k".repeat(2000),
      naturalKey: [text("x".repeat(5000))],
      revision: text("r"),
    };
    const short = { kind: "k", naturalKey: [], revision: text("") };
    const longer = { ...short, naturalKey: [text("x".repeat(9000))] };
    const places = [short, long, short, longer, short];
    const made = places.map((place) => toHex(data.of(place)));
    const alone = places.map((place) =>
      toHex(
        associatedDataOf({
          systemId: SYSTEM,
          applicationId: "app",
          version: 1,
          generation: 0,
          ...place,
        }),
      ),
    );
    assert.deepEqual(made, alone);
  });
});

function associatedDataOf(bound: Bound): Uint8Array {
  const header = encodeSealedHeader(bound);
  return new AssociatedData(bound.systemId, bound.applicationId, header).of(bound);
}

function shown(bound: Bound): string {
  return JSON.stringify([
    bound.systemId,
    bound.applicationId.normalize("NFC"),
    bound.version,
    bound.generation,
    bound.kind.normalize("NFC"),
    bound.naturalKey.map(toHex),
    toHex(bound.revision),
  ]);
}
