/** One flipped bit at every place, and every truncation, of each format. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CryptoError,
  decodeBackup,
  decodeKeyringSecrets,
  encodeBackup,
  encodeKeyringSecrets,
  NodeKeys,
  openCharter,
  openInvitation,
  openKeyring,
  openWarrant,
  sealKeyring,
  SecretBytes,
  signCharter,
  signInvitation,
  signWarrant,
  text,
} from "../src/index.ts";
import {
  makeAuthority,
  makeBackup,
  makeCandidateSecrets,
  makeCharter,
  makeInvitation,
  makeMemberSecrets,
  makeNodeKeys,
  makeWarrant,
  NODE,
  plain,
  seededRandom,
  SYSTEM,
  truncations,
  withOneBitFlipped,
} from "./statement-fixtures.ts";

const authority = makeAuthority();
const keys = makeNodeKeys();

function refuses(place: string, read: () => unknown): void {
  assert.throws(read, CryptoError, place);
}

/** The bytes as the text a note is; what is not UTF-8 has no way into the program. */
function asNote(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function readWarrant(bytes: Uint8Array): unknown {
  return openWarrant(asNote(bytes), SYSTEM, authority.publicKey);
}

function readCharter(bytes: Uint8Array): unknown {
  return openCharter(asNote(bytes), SYSTEM, authority.publicKey);
}

/** Either refused, or plainly something else: these two formats lie inside authenticated ones. */
function refusesOrDiffers(place: string, whole: unknown, read: () => unknown): void {
  let contents: unknown;
  try {
    contents = plain(read());
  } catch (error) {
    assert.ok(error instanceof CryptoError, place);
    return;
  }
  assert.notDeepEqual(contents, plain(whole), place);
}

describe("a damaged warrant", () => {
  const note = text(signWarrant(authority, SYSTEM, makeWarrant()));

  it("is refused with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(note)) {
      refuses(place, () => readWarrant(flipped));
    }
  });

  it("is refused at every length", () => {
    for (const short of truncations(note)) {
      refuses(short.length.toString(), () => readWarrant(short));
    }
  });
});

describe("a damaged invitation", () => {
  const note = text(signInvitation(authority, SYSTEM, makeInvitation()));
  const read = (bytes: Uint8Array) => openInvitation(asNote(bytes), SYSTEM, authority.publicKey);

  it("is refused with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(note)) {
      refuses(place, () => read(flipped));
    }
  });

  it("is refused at every length", () => {
    for (const short of truncations(note)) {
      refuses(short.length.toString(), () => read(short));
    }
  });
});

describe("a damaged charter", () => {
  const note = text(signCharter(authority, SYSTEM, makeCharter()));

  it("is refused with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(note)) {
      refuses(place, () => readCharter(flipped));
    }
  });

  it("is refused at every length", () => {
    for (const short of truncations(note)) {
      refuses(short.length.toString(), () => readCharter(short));
    }
  });
});

describe("a damaged sealed keyring", () => {
  const node = { nodeId: NODE, role: "member" } as const;
  const opener = { ...node, systemId: SYSTEM, revision: 4n, keys };
  const recipient = { ...node, hpkeKey: keys.publicKeys.hpkeKey };

  it("is refused with any one bit flipped", async () => {
    const sealed = await sealKeyring(makeMemberSecrets(), recipient, seededRandom("flipped"));
    for (const { place, flipped } of withOneBitFlipped(sealed)) {
      await assert.rejects(openKeyring(flipped, opener), CryptoError, place);
    }
  });

  it("is refused at every length", async () => {
    const sealed = await sealKeyring(makeMemberSecrets(), recipient, seededRandom("short"));
    for (const short of truncations(sealed)) {
      await assert.rejects(openKeyring(short, opener), CryptoError, short.length.toString());
    }
  });
});

describe("a damaged node key file", () => {
  const file = keys.encode().use((bytes) => Uint8Array.from(bytes));
  const read = (bytes: Uint8Array) => NodeKeys.decode(SecretBytes.copyOf(bytes)).publicKeys;

  it("is refused or gives other public keys with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(file)) {
      refusesOrDiffers(place, keys.publicKeys, () => read(flipped));
    }
  });

  it("is refused at every length", () => {
    for (const short of truncations(file)) {
      refuses(short.length.toString(), () => read(short));
    }
  });
});

describe("damaged keyring secrets", () => {
  const secrets = makeCandidateSecrets();
  const bytes = encodeKeyringSecrets(secrets).use((encoded) => Uint8Array.from(encoded));
  const read = (encoded: Uint8Array) => decodeKeyringSecrets(SecretBytes.copyOf(encoded));

  it("are refused or differ with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(bytes)) {
      refusesOrDiffers(place, secrets, () => read(flipped));
    }
  });

  it("are refused at every length", () => {
    for (const short of truncations(bytes)) {
      refuses(short.length.toString(), () => read(short));
    }
  });
});

describe("a damaged backup payload", () => {
  const contents = makeBackup();
  const bytes = encodeBackup(contents).use((encoded) => Uint8Array.from(encoded));
  const read = (encoded: Uint8Array) => decodeBackup(SecretBytes.copyOf(encoded));

  it("is refused or differs with any one bit flipped", () => {
    for (const { place, flipped } of withOneBitFlipped(bytes)) {
      refusesOrDiffers(place, contents, () => read(flipped));
    }
  });

  it("is refused at every length", () => {
    for (const short of truncations(bytes)) {
      refuses(short.length.toString(), () => read(short));
    }
  });
});
