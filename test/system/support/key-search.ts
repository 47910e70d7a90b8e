import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import { SecretBytes, checkValueOf, type SystemId } from "@chatelaine/crypto";

/** What a thief may know of a system: its public half. */
export interface PublicFacts {
  readonly systemId: SystemId;
  /** Of version 1 of the master secret. */
  readonly checkValue: Uint8Array;
  /** Raw, 32 bytes each. */
  readonly ed25519Keys: readonly Uint8Array[];
  readonly x25519Keys: readonly Uint8Array[];
  /** SubjectPublicKeyInfo. */
  readonly p256Keys: readonly Uint8Array[];
}

export type Find = "master secret" | "Ed25519 key" | "X25519 key" | "P-256 key";

const SECRET_BYTES = 32;
/** HKDF takes a secret of any length: these are the ones a slip could have left. */
const OTHER_LENGTHS = [16, 64];
/**
 * 32 random bytes with fewer distinct values than this do not occur in the life of the universe;
 * empty pages and padding do. What is left out is no key that any random source has made.
 */
const DISTINCT_MIN = 12;

/** Tries every window of every content as every kind of key, as it is and decoded from text. */
export function findKeys(contents: readonly Uint8Array[], facts: PublicFacts): ReadonlySet<Find> {
  const found = new Set<Find>();
  const tried = new Set<string>();
  for (const content of contents.flatMap((each) => [each, ...decodings(each)])) {
    for (const length of [SECRET_BYTES, ...OTHER_LENGTHS]) {
      for (let at = 0; at + length <= content.length; at += 1) {
        const window = content.subarray(at, at + length);
        const key = Buffer.from(window).toString("latin1");
        if (!tried.has(key) && isPlausible(window)) {
          tried.add(key);
          tryWindow(window, facts, found);
        }
      }
    }
  }
  return found;
}

function isPlausible(window: Uint8Array): boolean {
  return new Set(window).size >= Math.min(DISTINCT_MIN, window.length - 6);
}

function tryWindow(window: Uint8Array, facts: PublicFacts, found: Set<Find>): void {
  using secret = SecretBytes.copyOf(window);
  if (isSame(checkValueOf({ systemId: facts.systemId, number: 1, secret }), facts.checkValue)) {
    found.add("master secret");
  }
  if (window.length !== SECRET_BYTES) {
    return;
  }
  if (facts.ed25519Keys.some((key) => isSame(publicKey("70", window), key))) {
    found.add("Ed25519 key");
  }
  if (facts.x25519Keys.some((key) => isSame(publicKey("6e", window), key))) {
    found.add("X25519 key");
  }
  const point = p256Point(window);
  if (point !== undefined && facts.p256Keys.some((key) => isSame(point, key.subarray(-65)))) {
    found.add("P-256 key");
  }
}

/** The raw public key of a raw private one; `curve` is the last byte of its id (RFC 8410). */
function publicKey(curve: "6e" | "70", raw: Uint8Array): Uint8Array {
  const der = Buffer.concat([Buffer.from(`302e020100300506032b65${curve}04220420`, "hex"), raw]);
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return key.export({ format: "der", type: "spki" }).subarray(-SECRET_BYTES);
}

function p256Point(scalar: Uint8Array): Uint8Array | undefined {
  const curve = createECDH("prime256v1");
  try {
    curve.setPrivateKey(scalar);
    return curve.getPublicKey();
  } catch {
    return undefined; // not a scalar of the curve
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The bytes behind every run of hex, base64 and base32, from each place it could begin at. */
function decodings(content: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(content).toString("latin1");
  const hex = text.match(/[0-9a-fA-F]{32,}/g) ?? [];
  const base64 = text.match(/[A-Za-z0-9+/_-]{22,}/g) ?? [];
  const base32 = text.match(/[a-z2-7]{26,}/g) ?? [];
  return [
    ...hex.flatMap((run) => [0, 1].map((at) => Buffer.from(run.slice(at), "hex"))),
    ...base64.flatMap((run) => [0, 1, 2, 3].map((at) => Buffer.from(run.slice(at), "base64"))),
    ...base32.flatMap((run) => [0, 1, 2, 3, 4, 5, 6, 7].map((at) => fromBase32(run.slice(at)))),
  ];
}

function fromBase32(run: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of run) {
    held = ((held << 5) | "abcdefghijklmnopqrstuvwxyz234567".indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
