import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isIpAddress, isLoopback, parseHostPort, renderHostPort } from "./host-port.ts";

describe("host and port", () => {
  it("reads names and addresses, and writes them as they were", () => {
    const texts = ["127.0.0.1:4870", "node-1.example.org:0", "[::1]:65535", "localhost:80"];
    const read = texts.flatMap((text) => parseHostPort(text) ?? []);
    assert.deepEqual(read.map(renderHostPort), texts);
    assert.deepEqual(read, [
      { host: "127.0.0.1", port: 4870 },
      { host: "node-1.example.org", port: 0 },
      { host: "::1", port: 65_535 },
      { host: "localhost", port: 80 },
    ]);
  });

  it("refuses what is no address", () => {
    const texts = ["", "host", ":1", "host:", "host:65536", "host:01", "::1:80", "[host]:1"];
    for (const text of [...texts, "a b:1", "-a:1", "a:1 ", "[::1]", "[]:1", "a/b:1"]) {
      assert.equal(parseHostPort(text), undefined, text);
    }
  });

  it("tells addresses from names", () => {
    assert.deepEqual(
      ["10.0.0.1", "::1", "2001:db8::7", "one.example", "10.example", "localhost"].map(isIpAddress),
      [true, true, true, false, false, false],
    );
  });

  it("knows loopback", () => {
    for (const host of ["localhost", "::1", "127.0.0.1", "127.9.9.9"]) {
      assert.ok(isLoopback(host), host);
    }
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example.org", "1127.0.0.1"]) {
      assert.equal(isLoopback(host), false, host);
    }
  });
});
