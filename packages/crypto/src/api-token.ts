import { encodeBase32, fromBase32, toBase32 } from "./base32.ts";
import { concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { sha256 } from "./sha256.ts";
import { text } from "./text.ts";

/** The public half of a token: 16 lower-case base32 characters. */
export type ApiTokenId = string & { readonly brand: "ApiTokenId" };

/** A token at the one moment when its secret is known here. */
export interface NewApiToken {
  readonly id: ApiTokenId;
  /** The ASCII characters of the whole token, to be shown once. */
  readonly token: SecretBytes;
  /** SHA-256 of the secret, 32 bytes: what the database keeps. */
  readonly secretHash: Uint8Array<ArrayBuffer>;
}

/** A token which someone presents: to be found by id, and believed if the hash is equal. */
export interface PresentedApiToken {
  readonly id: ApiTokenId;
  readonly secretHash: Uint8Array<ArrayBuffer>;
}

const PREFIX = "chat_";
const SEPARATOR = "_";
const ID_BYTES = 10;
const SECRET_BYTES = 32;
const ID_START = PREFIX.length;
const ID_END = ID_START + 16;
const SECRET_START = ID_END + SEPARATOR.length;

/** A new token, `chat_ID_SECRET` (docs/formats/api-token.md). */
export function newApiToken(random: RandomSource): NewApiToken {
  const id = parseApiTokenId(toBase32(random.bytes(ID_BYTES)));
  using secret = SecretBytes.random(random, SECRET_BYTES);
  return secret.use((bytes) => {
    using encoded = SecretBytes.take(encodeBase32(bytes));
    const start = text(PREFIX + id + SEPARATOR);
    const token = encoded.use((characters) => SecretBytes.take(concat(start, characters)));
    return { id, token, secretHash: sha256(bytes) };
  });
}

/**
 * Takes a presented token apart. Throws `unknown-version` for another prefix, `malformed` for what
 * is no token. Its text is a string already, as HTTP delivers it, and cannot be erased.
 */
export function parseApiToken(token: string): PresentedApiToken {
  if (!token.startsWith(PREFIX)) {
    throw new CryptoError("unknown-version");
  }
  const id = parseApiTokenId(token.slice(ID_START, ID_END));
  using secret = SecretBytes.take(fromBase32(token.slice(SECRET_START)));
  if (token.slice(ID_END, SECRET_START) !== SEPARATOR || secret.length !== SECRET_BYTES) {
    throw new CryptoError("malformed");
  }
  return { id, secretHash: secret.use(sha256) };
}

/** Throws `malformed` unless the text is the one spelling of 10 bytes. */
export function parseApiTokenId(value: string): ApiTokenId {
  if (fromBase32(value).length !== ID_BYTES) {
    throw new CryptoError("malformed");
  }
  return value as ApiTokenId;
}
