/**
 * `@hpke/core`, the second HPKE library, as far as the tests use it. Its own types are written for
 * browsers and do not check without theirs, so they are not loaded.
 */

interface Sender {
  readonly enc: ArrayBuffer;
  seal(data: ArrayBuffer, aad: ArrayBuffer): Promise<ArrayBuffer>;
}

interface Recipient {
  open(data: ArrayBuffer, aad: ArrayBuffer): Promise<ArrayBuffer>;
}

export interface OtherSuite {
  readonly kem: {
    deserializePublicKey(key: ArrayBuffer): Promise<unknown>;
    deriveKeyPair(ikm: ArrayBuffer): Promise<unknown>;
  };
  createSenderContext(parameters: {
    readonly recipientPublicKey: unknown;
    readonly info: ArrayBuffer;
    readonly ekm?: unknown;
  }): Promise<Sender>;
  createRecipientContext(parameters: {
    readonly recipientKey: unknown;
    readonly enc: ArrayBuffer;
    readonly info: ArrayBuffer;
  }): Promise<Recipient>;
}

type Part = new () => unknown;

interface OtherHpke {
  readonly Aes128Gcm: Part;
  readonly Aes256Gcm: Part;
  readonly DhkemX25519HkdfSha256: Part;
  readonly HkdfSha256: Part;
  readonly CipherSuite: new (parts: Readonly<Record<string, unknown>>) => OtherSuite;
}

/** Its suite with our KEM and KDF. */
export async function otherHpke(aead: "Aes128Gcm" | "Aes256Gcm"): Promise<OtherSuite> {
  const name = "@hpke/core";
  const library = (await import(name)) as OtherHpke;
  return new library.CipherSuite({
    kem: new library.DhkemX25519HkdfSha256(),
    kdf: new library.HkdfSha256(),
    aead: new library[aead](),
  });
}
