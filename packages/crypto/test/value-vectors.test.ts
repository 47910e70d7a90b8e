/** The vectors of keys, sealed values and stamps, accepted and refused. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AssociatedData } from "../src/associated-data.ts";
import {
  CryptoError,
  fromHex,
  hashRequest,
  isHashOfRequest,
  openValue,
  parseSystemId,
  type RandomSource,
  readSealedHeader,
  sealValue,
  SecretBytes,
  stampRow,
  stampVersion,
  toHex,
  verifyStamp,
} from "../src/index.ts";
import { deriveApplicationKey, derivePurposeKey, type Purpose } from "../src/purpose-keys.ts";
import { encodeSealedHeader } from "../src/sealed-header.ts";
import {
  contextOf,
  damaged,
  type KeyVector,
  original,
  readVectors,
  type RequestHashVector,
  ringOf,
  rowOf,
  type SealedValueVector,
  type StampVector,
} from "./value-vectors.ts";

describe("a purpose key, by its vectors", () => {
  for (const vector of readVectors<KeyVector>("keys").accepted) {
    const { purpose, applicationId, generation } = vector;
    it(`is the one for ${purpose} "${applicationId}" ${generation.toString()}`, () => {
      assert.equal(derivedKey(vector), vector.key);
    });
  }
});

describe("a sealed value, by its vectors", () => {
  const vectors = readVectors<SealedValueVector>("sealed-value");

  for (const vector of vectors.accepted) {
    const sealed = fromHex(vector.sealed);
    const context = contextOf(vector.context);

    it(`opens: ${vector.name}`, () => {
      using opened = openValue(ringOf(vector), context, sealed);
      assert.equal(opened.use(toHex), vector.plaintext);
    });

    it(`is sealed to the same bytes: ${vector.name}`, () => {
      const random = replay(sealed.slice(9, 33));
      const again = sealValue(ringOf(vector), random, context, fromHex(vector.plaintext));
      assert.equal(toHex(again), vector.sealed);
    });

    it(`is bound to the associated data: ${vector.name}`, () => {
      const header = readSealedHeader(sealed);
      const systemId = parseSystemId(vector.systemId);
      const data = new AssociatedData(systemId, context.applicationId, encodeSealedHeader(header));
      assert.equal(toHex(data.of(context)), vector.associatedData);
    });
  }

  for (const refusal of vectors.refused) {
    it(`is refused: ${refusal.of}, with ${refusal.name}`, () => {
      const vector = original(vectors, refusal);
      const ring = ringOf({ ...vector, ...refusal.ring });
      const context = contextOf({ ...vector.context, ...refusal.context });
      for (const sealed of damaged(vector.sealed, refusal)) {
        const open = () => openValue(ring, context, sealed);
        assert.throws(open, new CryptoError(refusal.code), toHex(sealed));
      }
    });
  }
});

describe("a stamp, by its vectors", () => {
  const vectors = readVectors<StampVector>("stamp");

  for (const vector of vectors.accepted) {
    it(`is that of its row: ${vector.name}`, () => {
      const stamp = fromHex(vector.stamp);
      verifyStamp(ringOf(vector), rowOf(vector.row), stamp);
      assert.equal(toHex(stampRow(ringOf(vector), rowOf(vector.row))), vector.stamp);
      assert.equal(stampVersion(stamp), vector.version);
    });
  }

  for (const refusal of vectors.refused) {
    it(`is refused: ${refusal.of}, with ${refusal.name}`, () => {
      const vector = original(vectors, refusal);
      const ring = ringOf({ ...vector, ...refusal.ring });
      const row = rowOf({ ...vector.row, ...refusal.row });
      for (const stamp of damaged(vector.stamp, refusal)) {
        const verify = () => {
          verifyStamp(ring, row, stamp);
        };
        assert.throws(verify, new CryptoError(refusal.code), toHex(stamp));
      }
    });
  }
});

function derivedKey(vector: KeyVector): string {
  const systemId = parseSystemId(vector.systemId);
  const secret = SecretBytes.take(fromHex(vector.secret));
  const master = { systemId, number: vector.version, secret };
  const purpose = vector.purpose as Purpose;
  const key =
    purpose === "value"
      ? deriveApplicationKey(master, vector.applicationId, vector.generation)
      : derivePurposeKey(master, purpose);
  return key.export().toString("hex");
}

/** Gives these bytes, in this order, to whoever asks. */
function replay(bytes: Uint8Array<ArrayBuffer>): RandomSource {
  let offset = 0;
  return {
    bytes(length) {
      offset += length;
      return bytes.subarray(offset - length, offset);
    },
  };
}

describe("the hash of a request, by its vectors", () => {
  const vectors = readVectors<RequestHashVector>("request-hash");

  for (const vector of vectors.accepted) {
    it(`is that of ${vector.name}`, () => {
      const request = fromHex(vector.request);
      assert.equal(toHex(hashRequest(ringOf(vector), request)), vector.hash);
      assert.equal(isHashOfRequest(ringOf(vector), request, fromHex(vector.hash)), true);
    });
  }

  for (const refusal of vectors.refused) {
    it(`is not that of ${refusal.of} with ${refusal.name}`, () => {
      const vector = original(vectors, refusal);
      const ring = ringOf({ ...vector, ...refusal.ring });
      const request = fromHex(vector.request);
      for (const hash of damaged(vector.hash, refusal)) {
        if (refusal.code === "malformed") {
          const compare = () => isHashOfRequest(ring, request, hash);
          assert.throws(compare, new CryptoError("malformed"), toHex(hash));
        } else {
          assert.equal(isHashOfRequest(ring, request, hash), false, toHex(hash));
        }
      }
    });
  }
});
