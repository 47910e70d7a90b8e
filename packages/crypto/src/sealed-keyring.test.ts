import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  makeCandidateSecrets,
  makeMemberSecrets,
  makeNodeKeys,
  NODE,
  OTHER_NODE,
  OTHER_SYSTEM,
  plain,
  seededRandom,
  SYSTEM,
} from "../test/statement-fixtures.ts";
import { concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { encodeFields, u64 } from "./fields.ts";
import { hpkeSeal } from "./hpke.ts";
import { InvariantBroken } from "./invariant.ts";
import { encodeKeyringSecrets, type KeyringSecrets } from "./keyring-secrets.ts";
import { openKeyring, sealKeyring } from "./sealed-keyring.ts";
import { sha256 } from "./sha256.ts";
import { systemIdBytes } from "./system-id.ts";
import { text } from "./text.ts";

const keys = makeNodeKeys();
const { hpkeKey } = keys.publicKeys;
const candidate = { nodeId: NODE, role: "candidate", hpkeKey } as const;
const member = { ...candidate, role: "member" } as const;
const opener = { nodeId: NODE, role: "member", systemId: SYSTEM, revision: 4n, keys } as const;

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CryptoError && error.code === code;
}

/** A keyring sealed to a member as one of `SYSTEM` at revision 4, whatever is inside. */
async function sealedAsOurs(inside: KeyringSecrets): Promise<Uint8Array> {
  const header = concat(text("CHKR"), Uint8Array.of(1, 0, 0x20, 0, 1, 0, 2));
  const label = text("chatelaine/sealed-keyring/v1");
  const info = encodeFields(label, systemIdBytes(SYSTEM), text(NODE), text("member"));
  const aad = encodeFields(sha256(hpkeKey), u64(4n));
  const plaintext = encodeKeyringSecrets(inside);
  const random = seededRandom("ours");
  return concat(header, await hpkeSeal(hpkeKey, { info, aad }, plaintext, random));
}

describe("a sealed keyring", () => {
  for (const [recipient, secrets] of [
    [candidate, makeCandidateSecrets()],
    [member, makeMemberSecrets()],
  ] as const) {
    it(`gives a ${recipient.role} what was sealed`, async () => {
      const sealed = await sealKeyring(secrets, recipient, seededRandom("ephemeral"));
      const opened = await openKeyring(sealed, { ...opener, role: recipient.role });
      assert.deepEqual(plain(opened), plain(secrets));
    });
  }

  it("is laid out as specified", async () => {
    const opened = await openKeyring(await sealedAsOurs(makeMemberSecrets()), opener);
    assert.deepEqual(plain(opened), plain(makeMemberSecrets()));
  });

  it("leaves the sealer's secrets as they are", async () => {
    const secrets = makeCandidateSecrets();
    await sealKeyring(secrets, candidate, seededRandom("ephemeral"));
    assert.deepEqual(plain(secrets), plain(makeCandidateSecrets()));
  });

  it("is another one each time", async () => {
    const random = seededRandom("ephemeral");
    const one = await sealKeyring(makeMemberSecrets(), member, random);
    const two = await sealKeyring(makeMemberSecrets(), member, random);
    assert.notDeepEqual(one, two);
  });

  it("opens for no other node, role, system, revision or key", async () => {
    const sealed = await sealKeyring(makeMemberSecrets(), member, seededRandom("ephemeral"));
    for (const other of [
      { ...opener, nodeId: OTHER_NODE },
      { ...opener, role: "candidate" as const },
      { ...opener, systemId: OTHER_SYSTEM },
      { ...opener, revision: 3n },
      { ...opener, keys: makeNodeKeys("other node keys") },
    ]) {
      await assert.rejects(openKeyring(sealed, other), refusal("open-failed"));
    }
  });

  it("opens for no revision that is not a u64", async () => {
    const sealed = await sealKeyring(makeMemberSecrets(), member, seededRandom("ephemeral"));
    for (const revision of [-1n, 2n ** 64n]) {
      const opening = openKeyring(sealed, { ...opener, revision });
      await assert.rejects(opening, refusal("open-failed"));
    }
    const wrapped = openKeyring(sealed, { ...opener, revision: 2n ** 64n + 4n });
    await assert.rejects(wrapped, refusal("malformed"));
  });

  it("is refused when it holds the keyring of another system", async () => {
    const sealed = await sealedAsOurs(makeMemberSecrets({ systemId: OTHER_SYSTEM }));
    await assert.rejects(openKeyring(sealed, opener), refusal("malformed"));
  });

  it("is refused when it holds a keyring of another revision", async () => {
    const sealed = await sealedAsOurs(makeMemberSecrets({ revision: 3n }));
    await assert.rejects(openKeyring(sealed, opener), refusal("malformed"));
  });

  it("is not made for a key that X25519 cannot use", async () => {
    const unusable = { ...member, hpkeKey: new Uint8Array(32) };
    const sealing = sealKeyring(makeMemberSecrets(), unusable, seededRandom("ephemeral"));
    await assert.rejects(sealing, refusal("malformed"));
  });

  it("gives a member nothing that only candidates have", async () => {
    const sealing = sealKeyring(makeCandidateSecrets(), member, seededRandom("ephemeral"));
    await assert.rejects(sealing, InvariantBroken);
  });
});
