import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { SECRET_PROPERTY_NAMES } from "../src/index.ts";

describe("README.md", () => {
  it("lists the names of secrets, and no other", () => {
    const readme = fs.readFileSync(path.join(import.meta.dirname, "../README.md"), "utf8");
    const [list = ""] = /^`AccessKey`, .+$/m.exec(readme) ?? [];
    const listed = [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    assert.deepEqual(listed, SECRET_PROPERTY_NAMES);
  });
});
