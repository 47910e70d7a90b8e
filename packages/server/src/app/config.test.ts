import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../base/coded-error.ts";
import { CACHED_SECRET_TIMINGS } from "../domain/keyring/cached-secret-timings.ts";
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
      tls: undefined,
      cluster: undefined,
      logLevel: "info",
      mastership: MASTERSHIP_TIMINGS,
      cachedSecret: CACHED_SECRET_TIMINGS,
      lookupCache: { timeoutMs: 3_600_000, entriesMax: 50_000, bytesMax: 33_554_432 },
      audit: { spoolBytesMax: 67_108_864 },
      webhook: undefined,
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
    assert.ok(problems.some((line) => /^listen: 0\.0\.0\.0:80 is not loopback/.test(line)));
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

  it("holds the times of the cached secret to each other and to those of the mastership", () => {
    const problems = problemsOf(
      undefined,
      "cachedSecret.graceMs=2400",
      "cachedSecret.retryMinMs=900",
      "cachedSecret.retryMaxMs=850",
    );
    const name = (line: string): string => line.split(":")[0] ?? "";
    assert.deepEqual(problems.map(name), [
      "cachedSecret.retryMaxMs",
      "cachedSecret.callMs",
      "cachedSecret.retryMinMs",
      "cachedSecret.graceMs",
    ]);
    const short = ["graceMs=3000", "retryMaxMs=1000", "callMs=1000"];
    assert.deepEqual(problemsOf(undefined, ...short.map((text) => `cachedSecret.${text}`)), []);
  });

  it("lets other nodes in only where they can come", () => {
    const cluster = (...settings: string[]) =>
      parseConfig(
        undefined,
        settings.map((text) => `cluster.${text}`),
      ).cluster;
    assert.deepEqual(cluster("listen=10.0.0.1:4871"), {
      listen: { host: "10.0.0.1", port: 4871 },
      advertise: "10.0.0.1:4871",
    });
    assert.equal(
      cluster("listen=0.0.0.0:4871", "advertise=sso1.example:4871")?.advertise,
      "sso1.example:4871",
    );
    assert.match(problemsOf(undefined, "cluster.listen=[::]:1")[0] ?? "", /no address that others/);
    assert.match(
      problemsOf(undefined, "cluster.advertise=sso1.example:4871")[0] ?? "",
      /set cluster\.listen too/,
    );
  });

  it("refuses a file that is not JSON or no object", () => {
    assert.match(problemsOf("{")[0] ?? "", /is not JSON/);
    assert.match(problemsOf("[]")[0] ?? "", /must be a text or a number/);
  });

  it("advertises where it listens to nodes, unless told otherwise", () => {
    const of = (...settings: string[]): unknown => parseConfig(undefined, settings).cluster;
    const listen = { host: "0.0.0.0", port: 4871 };
    assert.deepEqual(of("cluster.listen=127.0.0.1:4871"), {
      listen: { host: "127.0.0.1", port: 4871 },
      advertise: "127.0.0.1:4871",
    });
    assert.deepEqual(of("cluster.listen=0.0.0.0:4871", "cluster.advertise=one.example:5000"), {
      listen,
      advertise: "one.example:5000",
    });
    assert.match(problemsOf(undefined, "cluster.listen=[::]:1")[0] ?? "", /no address that others/);
    assert.match(problemsOf(undefined, "cluster.advertise=a:1")[0] ?? "", /set cluster.listen too/);
    assert.match(problemsOf(undefined, "cluster.listen=a")[0] ?? "", /must be HOST:PORT/);
  });

  it("refuses addresses that are none", () => {
    for (const address of ["127.0.0.1:70000", "127.0.0.1", ":1", "http://localhost:1"]) {
      assert.equal(problemsOf(undefined, `listen=${address}`).length, 1, address);
    }
  });

  it("refuses to listen to callers off loopback without TLS", () => {
    for (const address of ["10.0.0.1:1", "example.org:1", "0.0.0.0:4870", "[::]:4870"]) {
      const [problem, ...others] = problemsOf(undefined, `listen=${address}`);
      assert.match(problem ?? "", /^listen: .* is not loopback, .* set tls\.certificateFile/);
      assert.deepEqual(others, []);
      const withFiles = ["tls.certificateFile=/etc/a.pem", "tls.keyFile=/etc/b.pem"];
      assert.deepEqual(problemsOf(undefined, `listen=${address}`, ...withFiles), []);
      assert.deepEqual(problemsOf(undefined, `listen=${address}`, "tls.certificate=system"), []);
    }
  });

  it("takes a certificate with its key, or that of the system", () => {
    assert.equal(parseConfig(undefined, []).tls, undefined);
    assert.deepEqual(parseConfig(undefined, ["tls.certificate=system"]).tls, { kind: "system" });
    const files = ["tls.certificateFile=/etc/a.pem", "tls.keyFile=/etc/b.pem"];
    assert.deepEqual(parseConfig(undefined, files).tls, {
      kind: "files",
      certificateFile: "/etc/a.pem",
      keyFile: "/etc/b.pem",
    });
    for (const settings of [
      files.slice(1),
      files.slice(0, 1),
      [...files, "tls.certificate=system"],
      ["tls.certificate=none"],
      ["tls.keyFile=b.pem", "tls.certificateFile=/etc/a.pem"],
    ]) {
      assert.notDeepEqual(problemsOf(undefined, ...settings), [], settings.join(" "));
    }
  });

  it("sends events nowhere where they could be overheard", () => {
    for (const url of ["http://10.0.0.1/hook", "ftp://127.0.0.1", "https://a:b@c.example", "x"]) {
      assert.match(problemsOf(undefined, `webhook.url=${url}`).join(), /must be an https URL/, url);
    }
    for (const url of ["https://c.example/hook?k=1", "http://127.0.0.1:1", "http://[::1]:1/x"]) {
      const { webhook } = parseConfig(undefined, [`webhook.url=${url}`]);
      assert.deepEqual(webhook, { url, secretFile: undefined, severity: "warning" });
    }
  });
});
