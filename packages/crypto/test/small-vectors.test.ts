/** The vectors of the encoding, of API tokens and of join tokens, accepted and refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  CryptoError,
  type CryptoFault,
  decodeFields,
  decodeOptionalField,
  encodeFields,
  encodeJoinToken,
  fromBase32,
  fromHex,
  optionalField,
  parseApiToken,
  parseJoinToken,
  SecretBytes,
  text,
  toBase32,
  toHex,
} from "../src/index.ts";
import { plain } from "./statement-fixtures.ts";

interface Part<A> {
  readonly accepted: readonly A[];
  readonly refused: readonly {
    readonly name: string;
    readonly encoded: string;
    readonly code: CryptoFault;
  }[];
}

interface EncodingVectors {
  readonly fields: Part<{ readonly parts: readonly string[]; readonly encoded: string }>;
  readonly optional: Part<{ readonly part?: string; readonly encoded: string }>;
  readonly base32: Part<{ readonly bytes: string; readonly encoded: string }>;
}

type TokenVectors = Part<{
  readonly token: string;
  readonly id: string;
  readonly secretHash: string;
}>;

type JoinTokenVectors = Part<{ readonly token: string; readonly contents: unknown }>;

describe("the encoding, by its vectors", () => {
  const vectors = read("encoding") as EncodingVectors;

  it("writes and reads field lists", () => {
    for (const { parts, encoded } of vectors.fields.accepted) {
      assert.equal(toHex(encodeFields(...parts.map(fromHex))), encoded);
      assert.deepEqual(decodeFields(fromHex(encoded)).map(toHex), parts);
    }
  });

  it("writes and reads optional parts", () => {
    for (const { part, encoded } of vectors.optional.accepted) {
      const bytes = part === undefined ? undefined : fromHex(part);
      assert.equal(toHex(optionalField(bytes)), encoded);
      assert.deepEqual(decodeOptionalField(fromHex(encoded)), bytes);
    }
  });

  it("writes and reads base32", () => {
    for (const { bytes, encoded } of vectors.base32.accepted) {
      assert.equal(toBase32(fromHex(bytes)), encoded);
      assert.equal(toHex(fromBase32(encoded)), bytes);
    }
  });

  refuses("a field list", vectors.fields, (encoded) => decodeFields(fromHex(encoded)));
  refuses("an optional part", vectors.optional, (encoded) => decodeOptionalField(fromHex(encoded)));
  refuses("base32", vectors.base32, fromBase32);
});

describe("an API token, by its vectors", () => {
  const vectors = read("api-token") as TokenVectors;

  it("is taken apart", () => {
    for (const { token, id, secretHash } of vectors.accepted) {
      const presented = parseApiToken(token);
      assert.deepEqual([presented.id, toHex(presented.secretHash)], [id, secretHash]);
    }
  });

  it("is refused or another one with any character changed", () => {
    for (const { token, id, secretHash } of vectors.accepted) {
      for (let place = 0; place < token.length; place += 1) {
        const changed = `${token.slice(0, place)}!${token.slice(place + 1)}`;
        const code = place < 5 ? "unknown-version" : "malformed";
        assert.throws(() => parseApiToken(changed), new CryptoError(code), changed);
      }
      const other = parseApiToken(
        `${token.slice(0, 30)}${token[30] === "a" ? "b" : "a"}${token.slice(31)}`,
      );
      assert.equal(other.id, id);
      assert.notEqual(toHex(other.secretHash), secretHash);
    }
  });

  refuses("a token", vectors, parseApiToken);
});

describe("a join token, by its vectors", () => {
  const vectors = read("join-token") as JoinTokenVectors;
  const parse = (token: string) => parseJoinToken(SecretBytes.take(text(token)));

  it("is taken apart, and written as it was read", () => {
    for (const { token, contents } of vectors.accepted) {
      const parsed = parse(token);
      assert.deepEqual(plain(parsed), contents);
      const written = encodeJoinToken(parsed).use((bytes) => Buffer.from(bytes).toString("latin1"));
      assert.equal(written, token);
    }
  });

  it("is refused with any one character mistyped", () => {
    for (const { token } of vectors.accepted) {
      for (let place = 0; place < token.length; place += 1) {
        const typed = token[place] === "a" ? "b" : "a";
        const changed = `${token.slice(0, place)}${typed}${token.slice(place + 1)}`;
        assert.throws(() => parse(changed), CryptoError, changed);
      }
    }
  });

  it("is refused at every length", () => {
    for (const { token } of vectors.accepted) {
      for (let length = 0; length < token.length; length += 1) {
        assert.throws(() => parse(token.slice(0, length)), CryptoError, String(length));
      }
    }
  });

  refuses("a join token", vectors, parse);
});

function refuses<A>(what: string, part: Part<A>, read: (encoded: string) => unknown): void {
  for (const { name, encoded, code } of part.refused) {
    it(`refuses ${what}: ${name}`, () => {
      assert.throws(() => read(encoded), new CryptoError(code), encoded);
    });
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`./vectors/${file}.json`, import.meta.url), "utf8"));
}
