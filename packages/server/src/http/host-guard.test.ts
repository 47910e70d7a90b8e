import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../base/coded-error.ts";
import { assertOwnHost } from "./host-guard.ts";

describe("the loopback listener", () => {
  it("takes its own names, in any case", () => {
    for (const host of ["127.0.0.1:4870", "localhost:4870", "LOCALHOST:4870", "[::1]:4870"]) {
      assertOwnHost({ host }, 4870);
      assertOwnHost({ host, origin: "http://localhost:4870" }, 4870);
    }
  });

  it("refuses foreign hosts and origins, which a page in a browser could send", () => {
    const foreign = [
      { host: undefined },
      { host: "localhost" },
      { host: "localhost:80" },
      { host: "evil.example:4870" },
      { host: "localhost:4870", origin: "http://evil.example" },
      { host: "localhost:4870", origin: "https://localhost:4870" },
      { host: "localhost:4870", origin: "null" },
    ];
    for (const headers of foreign) {
      assert.throws(
        () => {
          assertOwnHost(headers, 4870);
        },
        (error) => isCoded(error, "host-not-allowed"),
        JSON.stringify(headers),
      );
    }
  });
});
