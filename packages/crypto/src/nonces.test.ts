import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "./bytes.ts";
import { NoncePool } from "./nonce-pool.ts";
import { NonceSeries } from "./nonce-series.ts";
import { seededRandom } from "../test/statement-fixtures.ts";

describe("NoncePool", () => {
  it("hands each byte out once, also across pools", () => {
    const pool = new NoncePool(seededRandom("pool"));
    const nonces = Array.from({ length: 1000 }, () => toHex(pool.bytes(24)));
    assert.equal(new Set(nonces).size, 1000);
  });

  it("asks the source once for many nonces", () => {
    const asked: number[] = [];
    const source = seededRandom("asked");
    const pool = new NoncePool({
      bytes(length) {
        asked.push(length);
        return source.bytes(length);
      },
    });
    for (let count = 0; count < 256; count += 1) {
      pool.bytes(24);
    }
    assert.deepEqual(asked, [6144]);
  });

  it("gives as many bytes as were asked for, however many", () => {
    const pool = new NoncePool(seededRandom("pool"));
    assert.deepEqual(
      [5, 24, 10_000, 1].map((length) => pool.bytes(length).length),
      [5, 24, 10_000, 1],
    );
  });
});

describe("NonceSeries", () => {
  const random = seededRandom("series");
  const series = new NonceSeries();
  const nonces = Array.from({ length: 4096 + 1 }, () => toHex(series.next(random)));
  const firstHalves = nonces.map((nonce) => nonce.slice(0, 24));

  it("never repeats a nonce", () => {
    assert.equal(new Set(nonces).size, nonces.length);
  });

  it("keeps the first half for 4096 nonces and not for one more", () => {
    assert.equal(new Set(firstHalves.slice(0, 4096)).size, 1);
    assert.notEqual(firstHalves[4096], firstHalves[0]);
  });

  it("draws the second half anew each time", () => {
    assert.equal(new Set(nonces.map((nonce) => nonce.slice(24))).size, nonces.length);
  });
});
