/** Sealing and opening beside the loop that anyone would write over `node:crypto`. */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { type Keyring, newBytes, NoncePool, openValue, sealValue } from "@chatelaine/crypto";
import { TAG_BYTES } from "../packages/crypto/src/aes-256-gcm.ts";
import { NONCE_BYTES, XaesKey } from "../packages/crypto/src/xaes-256-gcm.ts";
import { systemRandom } from "../packages/server/src/platform/random.ts";
import { at, compare, type Comparison, type Contender } from "./compare.ts";
import {
  BenchSecret,
  encryptAll,
  makeSamples,
  newRawKey,
  type RawValue,
  type Sample,
  SAMPLES,
  scattered,
} from "./sealed-samples.ts";

export const SEALED_BYTES = [64, 256, 1024, 16_384] as const;
/** Of this many processes the derived keys are remembered, whatever the order of opening. */
const FEW_PROCESSES = 3;
const MANY_PROCESSES = 200;
const OPTIONS = { time: "processor", rounds: 15, roundMs: 40 } as const;

export const ONE_SERIES = "openValue, one series";
export const FEW_SERIES = `openValue, ${String(FEW_PROCESSES)} series at random`;

export async function measureSealing(): Promise<readonly Comparison[]> {
  const samples = makeSamples();
  const results: Comparison[] = [];
  for (const bytes of SEALED_BYTES) {
    const plaintext = systemRandom.bytes(bytes);
    const size = bytes < 1024 ? `${String(bytes)} B` : `${String(bytes / 1024)} KiB`;
    results.push(
      await compare(`seal ${size}`, sealers(samples, plaintext), OPTIONS),
      await compare(`open ${size}`, openers(samples, plaintext), OPTIONS),
    );
  }
  return results;
}

function sealers(samples: readonly Sample[], plaintext: Uint8Array): readonly Contender[] {
  const ring = new BenchSecret().newKeyring();
  const nonces = new NoncePool(systemRandom);
  const key = newRawKey();
  return [
    { name: "raw AES-256-GCM", run: rawSealing(key, samples, plaintext) },
    {
      name: "sealValue",
      run: forEach(samples, ({ context }) => sealValue(ring, nonces, context, plaintext)),
    },
    { name: "XAES-256-GCM, each of a new series", run: coldSealing(key, samples, plaintext) },
  ];
}

/** What sealing would cost if the whole nonce were drawn each time; without the envelope. */
function coldSealing(
  key: KeyObject,
  samples: readonly Sample[],
  plaintext: Uint8Array,
): Contender["run"] {
  const xaes = new XaesKey(key);
  const nonces = new NoncePool(systemRandom);
  return forEach(samples, ({ associatedData }) => {
    const encrypted = newBytes(plaintext.length + TAG_BYTES);
    xaes.seal(nonces.bytes(NONCE_BYTES), associatedData, plaintext, encrypted, 0);
    return encrypted;
  });
}

function openers(samples: readonly Sample[], plaintext: Uint8Array): readonly Contender[] {
  const secret = new BenchSecret();
  const opener = (name: string, processes: number): Contender => ({
    name,
    run: opening(secret.newKeyring(), samples, secret.sealAll(samples, plaintext, processes)),
  });
  const key = newRawKey();
  return [
    { name: "raw AES-256-GCM", run: rawOpening(key, samples, encryptAll(key, samples, plaintext)) },
    opener(ONE_SERIES, 1),
    opener(FEW_SERIES, FEW_PROCESSES),
    opener(`openValue, ${String(MANY_PROCESSES)} series at random`, MANY_PROCESSES),
    opener("openValue, each of a new series", SAMPLES),
  ];
}

function rawSealing(
  key: KeyObject,
  samples: readonly Sample[],
  plaintext: Uint8Array,
): Contender["run"] {
  const nonces = new NoncePool(systemRandom);
  return forEach(samples, ({ associatedData }) => {
    const nonce = nonces.bytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    cipher.setAAD(associatedData);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return { nonce, ciphertext, tag: cipher.getAuthTag() };
  });
}

function rawOpening(
  key: KeyObject,
  samples: readonly Sample[],
  values: readonly RawValue[],
): Contender["run"] {
  return forEach(paired(samples, values), ([{ associatedData }, { nonce, ciphertext, tag }]) => {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    decipher.setAAD(associatedData);
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    decipher.final();
    return plaintext;
  });
}

/** With the erasing that every caller does. */
function opening(
  ring: Keyring,
  samples: readonly Sample[],
  values: readonly Uint8Array[],
): Contender["run"] {
  return forEach(paired(samples, values), ([{ context }, sealed]) => {
    const opened = openValue(ring, context, sealed);
    opened.erase();
    return opened;
  });
}

function paired<T>(
  samples: readonly Sample[],
  values: readonly T[],
): readonly (readonly [Sample, T])[] {
  return samples.map((sample, index) => [sample, at(values, index)]);
}

/** Goes through the items again and again; keeps the last result, so that none can be left out. */
function forEach<T>(items: readonly T[], work: (item: T) => unknown): Contender["run"] {
  const order = scattered(items);
  const kept: { last?: unknown } = {};
  let next = 0;
  return (count) => {
    for (let done = 0; done < count; done += 1) {
      kept.last = work(at(order, next));
      next = next + 1 === order.length ? 0 : next + 1;
    }
  };
}
