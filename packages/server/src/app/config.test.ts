import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../base/coded-error.ts";
import { MASTERSHIP_TIMINGS } from "../domain/mastership/mastership-timings.ts";
import { parseConfig } from "./config.ts";

function problemsOf(file: string | undefined, ...overrides: string[]): readonly string[] {
  try {
    parseConfig(file, overrides);
  } catch (error) {
    assert.ok(isCoded(error, "configuration-invalid"));
    return error.message.split("\n");
  }
  return [];
}

describe("the configuration", () => {
  it("has a default for everything", () => {
    assert.deepEqual(parseConfig(undefined, []), {
      listen: { host: "127.0.0.1", port: 4870 },
      logLevel: "info",
      mastership: MASTERSHIP_TIMINGS,
    });
  });

  it("takes the file, and what is set on the command line over it", () => {
    const file = `{ "listen": "[::1]:1", "log": { "level": "debug" }, "mastership": { "ttlMs": 6000 } }`;
    const config = parseConfig(file, ["listen=localhost:0"]);
    assert.deepEqual(config.listen, { host: "localhost", port: 0 });
    assert.equal(config.logLevel, "debug");
    assert.equal(config.mastership.ttlMs, 6000);
  });

  it("reports all problems at once, each with name, value and rule", () => {
    const problems = problemsOf(
      `{ "listen": "0.0.0.0:80", "nonsense": 1, "log": { "level": [] } }`,
      "mastership.pollMs=5",
      "mastership.renewalMs=2000",
      "bare",
    );
    assert.equal(problems.length, 6);
    assert.ok(problems.some((line) => /^listen: 0\.0\.0\.0:80 must be a loopback/.test(line)));
    assert.ok(problems.some((line) => /^nonsense: there is no such setting/.test(line)));
    assert.ok(problems.some((line) => /^log\.level: must be a text or a number/.test(line)));
    assert.ok(problems.some((line) => /^mastership\.pollMs: 5 must be a whole number/.test(line)));
    assert.ok(problems.some((line) => /^bare: there is no such setting/.test(line)));
    assert.ok(
      problems.includes(
        "mastership.renewalMs: 2000 must be at most a third of mastership.ttlMs (3000); " +
          "set it to 1000 or less, or raise mastership.ttlMs",
      ),
    );
  });

  it("refuses a file that is not JSON or no object", () => {
    assert.match(problemsOf("{")[0] ?? "", /is not JSON/);
    assert.match(problemsOf("[]")[0] ?? "", /must be a text or a number/);
  });

  it("refuses every address but loopback, and ports that are none", () => {
    for (const address of ["10.0.0.1:1", "example.org:1", "127.0.0.1:70000", "127.0.0.1", ":1"]) {
      assert.equal(problemsOf(undefined, `listen=${address}`).length, 1, address);
    }
  });
});
