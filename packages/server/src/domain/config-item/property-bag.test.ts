import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isCoded } from "../../base/coded-error.ts";
import type { Field, FieldType } from "../application/application-settings.ts";
import {
  changedBag,
  decodeBag,
  EMPTY_BAG,
  encodeBag,
  type PropertyBag,
  type PropertyChanges,
  type PropertyValue,
} from "./property-bag.ts";

function field(id: number, name: string, type: FieldType = "string"): Field {
  return { id, name, type, masked: true, synchronized: false };
}

const FIELDS = [
  field(1, "text"),
  field(2, "number", "number"),
  field(3, "boolean", "boolean"),
  field(4, "json", "json"),
  field(5, "xml", "xml"),
];

function bytesOf(bag: PropertyBag): Uint8Array {
  using clear = encodeBag(bag);
  return clear.use((bytes) => bytes.slice());
}

function refusalOf(changes: PropertyChanges): { code: string; detail: string } {
  try {
    changedBag(FIELDS, EMPTY_BAG, changes);
    return { code: "done", detail: "" };
  } catch (error) {
    assert.ok(isCoded(error));
    return { code: error.code, detail: error.detail ?? "" };
  }
}

const someValue: fc.Arbitrary<PropertyValue> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.boolean(),
  // A database has no second zero.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
);
const someBag: fc.Arbitrary<PropertyBag> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 1000 }), someValue), {
    selector: ([id]) => id,
    maxLength: 20,
  })
  .map((entries) => new Map(entries));

describe("a property bag", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(someBag, (bag) => {
        using clear = encodeBag(bag);
        assert.deepEqual(decodeBag(clear), bag);
      }),
    );
  });

  it("has one encoding, in whatever order it was filled", () => {
    fc.assert(
      fc.property(someBag, (bag) => {
        assert.deepEqual(bytesOf(new Map([...bag].reverse())), bytesOf(bag));
      }),
    );
  });

  it("changes in the fields that are named, and in no other", () => {
    const someChanges = fc.dictionary(
      fc.constantFrom("text", "TEXT", "number", "boolean"),
      fc.constant(null),
    );
    const full = new Map<number, PropertyValue>(FIELDS.map(({ id }) => [id, "x"]));
    fc.assert(
      fc.property(someChanges, (changes) => {
        const after = changedBag(FIELDS, full, changes);
        const named = Object.keys(changes).map((name) => name.toLowerCase());
        const kept = FIELDS.filter(({ name }) => !named.includes(name)).map(({ id }) => id);
        assert.deepEqual([...after.keys()], kept);
        assert.equal(full.size, FIELDS.length);
      }),
    );
  });

  it("takes values of the type of their field only", () => {
    const fitting: Readonly<Record<string, readonly PropertyValue[]>> = {
      text: ["", "x", "{"],
      number: [0, -1.5, 1e300],
      boolean: [true, false],
      json: ["{}", "[1]", "null", '"x"'],
      xml: ["<a/>", "  <a>b</a>"],
    };
    const others: readonly PropertyValue[] = ["x", 1, true, "{", "<", "{}"];
    for (const [name, values] of Object.entries(fitting)) {
      for (const value of values) {
        assert.equal(refusalOf({ [name]: value }).code, "done", `${name}: ${String(value)}`);
      }
      const types = new Set(values.map((value) => typeof value));
      for (const value of others.filter((other) => !types.has(typeof other))) {
        assert.equal(
          refusalOf({ [name]: value }).code,
          "value-invalid",
          `${name} ${String(value)}`,
        );
      }
    }
    for (const changes of [{ json: "{" }, { json: "" }, { xml: "x" }, { text: "\ud800" }]) {
      assert.equal(refusalOf(changes).code, "value-invalid", JSON.stringify(changes));
    }
  });

  it("refuses what no field is named, and never repeats a value", () => {
    assert.equal(refusalOf({ unknown: "hidden" }).code, "field-unknown");
    const refused: PropertyChanges[] = [
      { number: "hidden" },
      { boolean: "hidden" },
      { json: "hidden{" },
      { xml: "hidden" },
      { text: "hidden\ud800" },
      { unknown: "hidden" },
    ];
    for (const changes of refused) {
      assert.doesNotMatch(refusalOf(changes).detail, /hidden/);
    }
  });
});
