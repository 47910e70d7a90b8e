import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  makeCandidateSecrets,
  makeMemberSecrets,
  makeSecret,
  plain,
} from "../test/statement-fixtures.ts";
import { newBytes } from "./bytes.ts";
import { InvariantBroken } from "./invariant.ts";
import {
  decodeKeyringSecrets,
  encodeKeyringSecrets,
  eraseKeyringSecrets,
  type KeyringSecrets,
} from "./keyring-secrets.ts";
import { SecretBytes } from "./secret-bytes.ts";

function manyVersions(count: number): KeyringSecrets["versions"] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    state: "prepared",
    secret: makeSecret(1),
  }));
}

describe("keyring secrets", () => {
  it("come back as they were encoded, with as many versions as there may be", () => {
    const secrets = makeMemberSecrets({ versions: manyVersions(1024) });
    using encoded = encodeKeyringSecrets(secrets);
    assert.deepEqual(plain(decodeKeyringSecrets(encoded)), plain(secrets));
  });

  it("are copies, which outlive what they were read from", () => {
    const encoded = encodeKeyringSecrets(makeCandidateSecrets());
    const secrets = decodeKeyringSecrets(encoded);
    encoded.erase();
    assert.deepEqual(plain(secrets), plain(makeCandidateSecrets()));
  });

  it("are erased together", () => {
    const secrets = makeCandidateSecrets();
    eraseKeyringSecrets(secrets);
    for (const { secret } of secrets.versions) {
      assert.throws(() => secret.length, InvariantBroken);
    }
    assert.throws(() => secrets.authoritySeed?.length, InvariantBroken);
    assert.throws(() => secrets.caKey?.length, InvariantBroken);
  });

  it("are erased where there is neither authority nor CA key", () => {
    const secrets = makeMemberSecrets();
    eraseKeyringSecrets(secrets);
    assert.throws(() => secrets.versions[0]?.secret.length, InvariantBroken);
  });

  const short = SecretBytes.take(newBytes(31));
  const unsound: readonly (readonly [why: string, changes: Partial<KeyringSecrets>])[] = [
    ["no version", { versions: [] }],
    ["a short master secret", { versions: [{ number: 1, state: "primary", secret: short }] }],
    ["too many versions", { versions: manyVersions(1025) }],
    ["a short seed", { authoritySeed: short }],
    ["revision 0", { revision: 0n }],
  ];
  for (const [why, changes] of unsound) {
    it(`are not encoded with ${why}`, () => {
      assert.throws(() => encodeKeyringSecrets(makeCandidateSecrets(changes)), InvariantBroken);
    });
  }
});
