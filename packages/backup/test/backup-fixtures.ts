/** What the tests of backup files are made of. */
import { createHash } from "node:crypto";
import {
  Authority,
  type BackupContents,
  caPublicKey,
  checkValueOf,
  emptyAccessListHash,
  encodeBackup,
  newCaKey,
  newSystemId,
  type RandomSource,
  SecretBytes,
  signCharter,
} from "@chatelaine/crypto";

/** The least work there is, so that tests do not wait for scrypt. */
export const LITTLE_WORK = { workFactor: 1 };
export const PASSPHRASE = "correct horse battery staple";

/** The same bytes for the same seed. For tests alone. */
export function seededRandom(seed: string): RandomSource {
  let block = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(new ArrayBuffer(length));
      for (let offset = 0; offset < length; offset += 32) {
        const digest = createHash("sha256").update(`not a secret: ${seed} ${block}`).digest();
        bytes.set(digest.subarray(0, length - offset), offset);
        block += 1;
      }
      return bytes;
    },
  };
}

export function secretText(text: string): SecretBytes {
  return SecretBytes.copyOf(Buffer.from(text, "utf8"));
}

export function makeContents(): BackupContents {
  const systemId = newSystemId(seededRandom("system"));
  const secret = SecretBytes.random(seededRandom("master secret"), 32);
  const authority = Authority.generate(seededRandom("authority"));
  const caKey = newCaKey(seededRandom("ca"));
  const charterNote = signCharter(authority, systemId, {
    serial: 1n,
    incarnation: 1n,
    keyringRevision: 1n,
    versions: [
      { number: 1, state: "primary", checkValue: checkValueOf({ systemId, number: 1, secret }) },
    ],
    revokedNodes: [],
    revokedWarrants: [],
    authorityKey: authority.publicKey,
    caKey: caPublicKey(caKey),
    accessListHash: emptyAccessListHash(),
  });
  const versions = [{ number: 1, state: "primary", secret }] as const;
  return {
    backupId: "bak_test",
    createdAtMs: 1_795_564_800_000,
    nodeName: "one",
    charterNote,
    secrets: { systemId, revision: 1n, versions, authoritySeed: authority.seed(), caKey },
  };
}

export function makePayload(): SecretBytes {
  return encodeBackup(makeContents());
}

export function bytesOf(secret: SecretBytes): Uint8Array {
  return secret.use((bytes) => Uint8Array.from(bytes));
}
