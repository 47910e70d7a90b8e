import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { X509Certificate } from "node:crypto";
import { caPublicKey, newSystemId, readCertificate } from "@chatelaine/crypto";
import { requirement } from "../../../../tools/requirement.ts";
import {
  CERTIFICATE_LIFETIME_MS,
  CLOCK_SKEW_MS,
  needsRenewal,
} from "../../src/cluster/certificates/certificate-lifetime.ts";
import { SystemCertificates } from "../../src/cluster/certificates/system-certificates.ts";
import {
  issueCertificate,
  makeCaCertificate,
} from "../../src/cluster/certificates/write-certificates.ts";
import { pem } from "../../src/cluster/transport/tls-identity.ts";
import { ManualClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { PeerSystem, type TestNode } from "../support/peer-system.ts";

const NOW_MS = Date.UTC(2026, 5, 1, 12);

describe("the certificates of a system", () => {
  const system = new PeerSystem();
  let node: TestNode;
  let leaf: X509Certificate;
  let ca: X509Certificate;

  before(async () => {
    const addresses = ["10.0.0.7:4871", "[2001:db8::7]:4871", "seven.example.org:4871"];
    const names = ["sso.example.org", "seven.example.org"];
    node = await system.node("seven", { addresses, names, nowMs: NOW_MS });
    [leaf, ca] = node.identity.chain.map((der) => new X509Certificate(der)) as [
      X509Certificate,
      X509Certificate,
    ];
  });

  it("names the node by one URI of the system, and by the names and hosts of its warrant", () => {
    assert.deepEqual(leaf.subjectAltName?.split(", ").sort(), [
      "DNS:seven.example.org",
      "DNS:sso.example.org",
      "IP Address:10.0.0.7",
      "IP Address:2001:DB8:0:0:0:0:0:7",
      `URI:spiffe://${system.systemId}/node/${node.warrant.nodeId}`,
    ]);
  });

  it("certifies the warranted key, for both sides of TLS and nothing else", () => {
    const facts = readCertificate(leaf.raw);
    assert.deepEqual(facts.publicKey, node.warrant.tlsKey);
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.equal(leaf.ca, false);
  });

  it("is in force from before its making, for clocks that are behind, and for seven days", () => {
    const { notBeforeMs, notAfterMs } = readCertificate(leaf.raw);
    assert.equal(notBeforeMs, NOW_MS - CLOCK_SKEW_MS);
    assert.equal(notAfterMs, NOW_MS + CERTIFICATE_LIFETIME_MS);
  });

  it("is renewed when half of its life is over, and when a clock was set back before it", () => {
    const halfMs = NOW_MS - CLOCK_SKEW_MS + (CERTIFICATE_LIFETIME_MS + CLOCK_SKEW_MS) / 2;
    assert.deepEqual(
      [NOW_MS, halfMs - 1, halfMs, NOW_MS - CLOCK_SKEW_MS - 1].map((nowMs) =>
        needsRenewal(leaf.raw, nowMs),
      ),
      [false, false, true, true],
    );
  });

  it("is signed by a CA with the CA key of the system, which signs no CA", () => {
    assert.ok(leaf.verify(ca.publicKey));
    assert.ok(ca.verify(ca.publicKey));
    assert.ok(leaf.checkIssued(ca));
    assert.deepEqual(readCertificate(ca.raw).publicKey, caPublicKey(system.caKey));
    assert.equal(ca.ca, true);
  });

  it("holds under the certificate of the CA that any other candidate makes", async () => {
    const other = new X509Certificate(await makeCaCertificate(system.caKey, system.systemId));
    assert.notDeepEqual(other.raw, ca.raw);
    assert.ok(leaf.checkIssued(other));
    assert.deepEqual([other.serialNumber, other.subject], [ca.serialNumber, ca.subject]);
  });

  it("is issued for now by the port that the domain knows", async () => {
    const clock = new ManualClock(NOW_MS);
    const issuer = new SystemCertificates(system.systemId, clock);
    const { chain } = await issuer.issue(system.caKey, node.warrant);
    assert.equal(readCertificate(chain[0] ?? new Uint8Array()).notBeforeMs, NOW_MS - CLOCK_SKEW_MS);
    assert.equal(chain.length, 2);
  });

  describe("for openssl", { skip: requirement("openssl") }, () => {
    const directory = mkdtempSync(path.join(tmpdir(), "chatelaine-certificates-"));
    after(() => {
      rmSync(directory, { recursive: true });
    });

    /** What `openssl verify` says of a chain as a server and as a client, at `NOW_MS`. */
    function verify(chain: readonly Uint8Array[], ca: Uint8Array): string {
      const [leaf = new Uint8Array()] = chain;
      writeFileSync(path.join(directory, "leaf.pem"), pem("CERTIFICATE", leaf));
      writeFileSync(path.join(directory, "ca.pem"), pem("CERTIFICATE", ca));
      const runs = ["sslserver", "sslclient"].map((purpose) => {
        const at = ["-attime", String(NOW_MS / 1000), "-x509_strict", "-purpose", purpose];
        const files = ["-CAfile", "ca.pem", "leaf.pem"];
        const { stdout, stderr } = spawnSync("openssl", ["verify", ...at, ...files], {
          cwd: directory,
          encoding: "utf8",
        });
        return stdout + stderr;
      });
      return runs.join("");
    }

    it("is a chain that holds, by the strict rules too", () => {
      const text = verify(node.identity.chain, ca.raw);
      assert.equal(text, "leaf.pem: OK\nleaf.pem: OK\n");
    });

    it("has a name constraint that nobody may pass over", () => {
      const { stdout } = spawnSync("openssl", ["x509", "-noout", "-ext", "nameConstraints"], {
        input: pem("CERTIFICATE", ca.raw),
        encoding: "utf8",
      });
      const lines = stdout.split("\n").map((line) => line.trim());
      assert.deepEqual(lines.slice(0, 3), [
        "X509v3 Name Constraints: critical",
        "Permitted:",
        `URI:${system.systemId}`,
      ]);
    });

    it("does not hold for a URI of another system, although the CA key has signed it", async () => {
      const { caKey } = system;
      const systemId = newSystemId(systemRandom);
      // The other certificate of this CA: same key, same name, another constraint.
      const [foreign = new Uint8Array()] = await issueCertificate({
        caKey,
        systemId,
        warrant: node.warrant,
        nowMs: NOW_MS,
      });
      const renamed = await renameIssuer(foreign, systemId);
      const text = verify([renamed], ca.raw);
      assert.match(text, /permitted subtree violation|name constraint/i);
      assert.doesNotMatch(text, /OK/);
    });

    /** Signs the certificate again under the name of this system's CA. */
    async function renameIssuer(certificate: Uint8Array, from: string): Promise<Uint8Array> {
      const { X509Certificate: Parsed, X509CertificateGenerator } = await import("@peculiar/x509");
      const { certificateSigningKey } = await import("@chatelaine/crypto");
      const parsed = new Parsed(certificate);
      const renamed = await X509CertificateGenerator.create({
        subject: parsed.subject,
        issuer: parsed.issuer.replace(from, system.systemId),
        serialNumber: parsed.serialNumber,
        notBefore: parsed.notBefore,
        notAfter: parsed.notAfter,
        publicKey: parsed.publicKey,
        extensions: parsed.extensions,
        signingKey: certificateSigningKey(system.caKey),
      });
      return new Uint8Array(renamed.rawData);
    }
  });
});
