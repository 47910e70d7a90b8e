import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ageWorkerUrl } from "./age-worker-url.ts";

describe("the worker's file", () => {
  it("is TypeScript beside TypeScript", () => {
    assert.equal(ageWorkerUrl("file:///src/a.ts").href, "file:///src/age-worker.ts");
  });

  it("is JavaScript beside what was built", () => {
    assert.equal(ageWorkerUrl("file:///dist/chunk.js").href, "file:///dist/age-worker.js");
  });

  it("is beside this package's sources by default", () => {
    assert.equal(ageWorkerUrl().href, new URL("./age-worker.ts", import.meta.url).href);
  });
});
