/** The accumulated vectors of C2SP XAES-256-GCM: many random inputs, one hash over all outputs. */
import { createHash, createSecretKey, type Hash } from "node:crypto";
import assert from "node:assert/strict";
import { newBytes } from "../src/bytes.ts";
import { TAG_BYTES } from "../src/aes-256-gcm.ts";
import { NONCE_BYTES, XaesKey } from "../src/xaes-256-gcm.ts";

const KEY_BYTES = 32;
/** Key, nonce, and two strings of at most 255 bytes, each behind its length. */
const ROUND_BYTES_MAX = KEY_BYTES + NONCE_BYTES + 2 * 256;

/** Seals and opens `rounds` random messages; hexadecimal SHAKE-128 of the ciphertexts. */
export function accumulateXaes(rounds: number): string {
  const input = shakeStream(rounds * ROUND_BYTES_MAX);
  const output = createHash("shake128", { outputLength: 32 });
  for (let round = 0; round < rounds; round += 1) {
    runRound(input, output);
  }
  return output.digest("hex");
}

type Read = (length: number) => Uint8Array;

function runRound(read: Read, output: Hash): void {
  const key = new XaesKey(createSecretKey(read(KEY_BYTES)));
  const nonce = read(NONCE_BYTES);
  const plaintext = readPrefixed(read);
  const associatedData = readPrefixed(read);
  const sealed = newBytes(plaintext.length + TAG_BYTES);
  key.seal(nonce, associatedData, plaintext, sealed, 0);
  output.update(sealed);
  assert.deepEqual(key.open(nonce, associatedData, sealed), Uint8Array.from(plaintext));
}

function readPrefixed(read: Read): Uint8Array {
  const [length = 0] = read(1);
  return read(length);
}

/** SHAKE-128 of nothing, as long as needed: an extendable output has the same beginning always. */
function shakeStream(outputLength: number): Read {
  const stream = createHash("shake128", { outputLength }).digest();
  let offset = 0;
  return (length) => {
    offset += length;
    return stream.subarray(offset - length, offset);
  };
}
