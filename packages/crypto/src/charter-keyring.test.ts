import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  makeAuthority,
  makeCaKey,
  makeCandidateSecrets,
  makeCharter,
  makeMemberSecrets,
  makeSecret,
  OTHER_SYSTEM,
} from "../test/statement-fixtures.ts";
import { assertKeyringOfCharter } from "./charter-keyring.ts";
import { CryptoError } from "./crypto-error.ts";
import type { KeyringSecrets } from "./keyring-secrets.ts";

const versions = makeMemberSecrets().versions;

describe("a keyring beside its charter", () => {
  it("belongs to it as a candidate has it", () => {
    assertKeyringOfCharter(makeCandidateSecrets(), makeCharter());
  });

  it("belongs to it as a member has it", () => {
    assertKeyringOfCharter(makeMemberSecrets(), makeCharter());
  });

  const others: readonly (readonly [what: string, changes: Partial<KeyringSecrets>])[] = [
    ["another revision", { revision: 5n }],
    ["another system", { systemId: OTHER_SYSTEM }],
    ["a version less", { versions: versions.slice(1) }],
    ["a version more", { versions: [{ ...one(), number: 1 }, ...versions] }],
    ["another number", { versions: versions.with(2, { ...one(2), number: 6 }) }],
    ["another state", { versions: versions.with(2, { ...one(2), state: "retired" }) }],
    ["another secret", { versions: versions.with(1, { ...one(1), secret: makeSecret(9) }) }],
    ["another authority", { authoritySeed: makeAuthority("other authority").seed() }],
    ["another CA", { caKey: makeCaKey("other CA") }],
  ];
  for (const [what, changes] of others) {
    it(`is refused with ${what}`, () => {
      const secrets = makeCandidateSecrets(changes);
      assert.throws(
        () => {
          assertKeyringOfCharter(secrets, makeCharter());
        },
        (error) => error instanceof CryptoError && error.code === "not-authentic",
      );
    });
  }
});

function one(index = 0): KeyringSecrets["versions"][number] {
  const version = versions[index];
  assert.ok(version);
  return version;
}
