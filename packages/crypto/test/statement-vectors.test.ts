/** The accepted and refused vectors of every format of statements, node keys and envelopes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CryptoError,
  type CryptoFault,
  decodeBackup,
  decodeKeyringSecrets,
  encodeBackup,
  encodeKeyringSecrets,
  fromHex,
  NodeKeys,
  openCharter,
  openInvitation,
  openKeyring,
  openWarrant,
  parseNodeId,
  parseSystemId,
  SecretBytes,
  toHex,
  warrantId,
} from "../src/index.ts";
import { plain } from "./statement-fixtures.ts";
import backup from "./vectors/backup.json" with { type: "json" };
import charter from "./vectors/charter.json" with { type: "json" };
import invitation from "./vectors/invitation.json" with { type: "json" };
import keyringSecrets from "./vectors/keyring-secrets.json" with { type: "json" };
import nodeKey from "./vectors/node-key.json" with { type: "json" };
import sealedKeyring from "./vectors/sealed-keyring.json" with { type: "json" };
import warrant from "./vectors/warrant.json" with { type: "json" };

interface Vectors {
  /** `role` is whose sealed keyring it is; those refused are read by a candidate. */
  readonly accepted: readonly { name: string; role?: string; bytes: string; contents: unknown }[];
  readonly refused: readonly { name: string; code: string; bytes: string }[];
}

/** Runs all vectors of a format; `read` gets the note or the hexadecimal bytes. */
function check(
  format: string,
  vectors: Vectors,
  read: (bytes: string, role: string) => unknown,
): void {
  describe(`vectors of ${format}`, () => {
    for (const { name, role, bytes, contents } of vectors.accepted) {
      it(`reads: ${name}`, async () => {
        assert.deepEqual(plain(await read(bytes, role ?? "candidate")), contents);
      });
    }
    for (const { name, code, bytes } of vectors.refused) {
      it(`refuses as ${code}: ${name}`, async () => {
        await assert.rejects(async () => await read(bytes, "candidate"), refusalWith(code));
      });
    }
  });
}

function refusalWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CryptoError && error.code === (code as CryptoFault);
}

function secretFrom(hex: string): SecretBytes {
  return SecretBytes.take(fromHex(hex));
}

check("warrant", warrant, (note) =>
  openWarrant(note, parseSystemId(warrant.system), fromHex(warrant.authorityKey)),
);

check("charter", charter, (note) =>
  openCharter(note, parseSystemId(charter.system), fromHex(charter.authorityKey)),
);

check("invitation", invitation, (note) =>
  openInvitation(note, parseSystemId(invitation.system), fromHex(invitation.authorityKey)),
);

check("node key", nodeKey, (file) => NodeKeys.decode(secretFrom(file)).publicKeys);

check("keyring secrets", keyringSecrets, (bytes) => decodeKeyringSecrets(secretFrom(bytes)));

check("sealed keyring", sealedKeyring, (bytes, role) =>
  openKeyring(fromHex(bytes), {
    nodeId: parseNodeId(sealedKeyring.node),
    role: role === "member" ? "member" : "candidate",
    revision: BigInt(sealedKeyring.revision),
    systemId: parseSystemId(sealedKeyring.system),
    keys: NodeKeys.decode(secretFrom(sealedKeyring.nodeKey)),
  }),
);

check("backup", backup, (bytes) => decodeBackup(secretFrom(bytes)));

describe("formats with one spelling", () => {
  it("names a warrant by its signed text", () => {
    for (const { bytes, id } of warrant.accepted) {
      assert.equal(warrantId(bytes), id);
    }
  });

  it("writes a node key file as it was read", () => {
    for (const { bytes } of nodeKey.accepted) {
      assert.equal(NodeKeys.decode(secretFrom(bytes)).encode().use(toHex), bytes);
    }
  });

  it("writes keyring secrets as they were read", () => {
    for (const { bytes } of keyringSecrets.accepted) {
      const secrets = decodeKeyringSecrets(secretFrom(bytes));
      assert.equal(encodeKeyringSecrets(secrets).use(toHex), bytes);
    }
  });

  it("writes a backup as it was read", () => {
    for (const { bytes } of backup.accepted) {
      assert.equal(encodeBackup(decodeBackup(secretFrom(bytes))).use(toHex), bytes);
    }
  });
});
