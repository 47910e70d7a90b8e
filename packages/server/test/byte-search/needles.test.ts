import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foundIn, needlesOf } from "./needles.ts";

const SECRET = "Swordfish4711";

describe("the byte search", () => {
  const needles = needlesOf(SECRET);

  it("finds a secret in every encoding, whatever is around it", () => {
    const encoded: readonly (readonly [string, Buffer])[] = [
      ["UTF-8", Buffer.from(SECRET)],
      ["UTF-16LE", Buffer.from(SECRET, "utf16le")],
      ["UTF-16BE", Buffer.from(SECRET, "utf16le").swap16()],
      ["hex", Buffer.from(Buffer.from(SECRET).toString("hex"))],
      ["HEX", Buffer.from(Buffer.from(SECRET).toString("hex").toUpperCase())],
    ];
    for (const [encoding, bytes] of encoded) {
      const around = Buffer.concat([Buffer.from([1, 2, 3]), bytes, Buffer.from([4])]);
      assert.deepEqual(foundIn(around, needles), [encoding]);
    }
  });

  it("finds a secret in the middle of base64, wherever it begins", () => {
    for (const [offset, before] of ["", "x", "xy", "xyz", "xyzx"].entries()) {
      const encoded = Buffer.from(`${before}${SECRET} and more`).toString("base64");
      assert.deepEqual(foundIn(Buffer.from(encoded), needles), [`base64 at ${offset % 3}`]);
    }
  });

  it("finds nothing where there is nothing", () => {
    assert.deepEqual(foundIn(Buffer.from("Swordfish 4711".repeat(99)), needles), []);
  });
});
