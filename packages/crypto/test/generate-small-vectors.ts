/**
 * Writes the vectors of the encoding, of API tokens and of join tokens. Run by hand when a format version is new;
 * vectors of a version that was released are never written again.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import {
  encodeFields,
  encodeJoinToken,
  fromBase32,
  type JoinToken,
  newApiToken,
  newBytes,
  optionalField,
  text,
  toBase32,
  toHex,
  u32,
  u64,
} from "../src/index.ts";
import { makeJoinToken, plain, seededRandom } from "./statement-fixtures.ts";

/** What is refused, and with which code. */
interface Refused {
  readonly name: string;
  readonly encoded: string;
  readonly code: string;
}

const one = encodeFields(text("one"), text(""), text("three"));
const nested = encodeFields(encodeFields(text("a"), text("b")), text("c"));

write("encoding", {
  fields: {
    accepted: [
      { parts: [], encoded: toHex(encodeFields()) },
      { parts: [""], encoded: toHex(encodeFields(newBytes(0))) },
      { parts: ["6f6e65", "", "7468726565"], encoded: toHex(one) },
      { parts: [toHex(encodeFields(text("a"), text("b"))), "63"], encoded: toHex(nested) },
      {
        parts: [toHex(u32(0xffff_ffff)), toHex(u64(1n))],
        encoded: "0200000004ffffffff000000080000000000000001",
      },
    ],
    refused: [
      refused("nothing", ""),
      refused("a count without parts", "01"),
      refused("a length that is cut", "01000000"),
      refused("a length without its bytes", "0100000001"),
      refused("a length beyond the end", "01ffffffff00"),
      refused("a byte after the last part", `${toHex(one)}00`),
      refused("one part less than counted", `04${toHex(one).slice(2)}`),
      refused("one part more than counted", `02${toHex(one).slice(2)}`),
    ],
  },
  optional: {
    accepted: [
      { encoded: toHex(optionalField(undefined)) },
      { part: "", encoded: toHex(optionalField(newBytes(0))) },
      { part: "61", encoded: toHex(optionalField(text("a"))) },
    ],
    refused: [refused("nothing", ""), refused("absent with a byte", "0061"), refused("02", "0261")],
  },
  base32: {
    accepted: ["", "00", "ff", "0001", "68656c6c6f", "68656c6c6f21"].map((bytes) => ({
      bytes,
      encoded: toBase32(Buffer.from(bytes, "hex")),
    })),
    refused: [
      refused("upper case", "NBSWY3DP"),
      refused("padding", "74======"),
      refused("left-over bits", "75"),
      refused("one character", "7"),
      refused("three characters", "777"),
      refused("six characters", "777777"),
      refused("a digit outside of the alphabet", "71"),
      refused("a space", "74 "),
    ],
  },
});

const token = newApiToken(seededRandom("vectors"));
const characters = token.token.use((bytes) => Buffer.from(bytes).toString("latin1"));

write("api-token", {
  notice: "This token is published, and no system knows it.",
  accepted: [{ token: characters, id: token.id, secretHash: toHex(token.secretHash) }],
  refused: [
    refused("nothing", "", "unknown-version"),
    refused("another type", characters.replace("chat_", "chap_"), "unknown-version"),
    refused("a type in upper case", characters.replace("chat_", "CHAT_"), "unknown-version"),
    refused("the type alone", "chat_"),
    refused("no secret", characters.slice(0, 22)),
    refused("a secret that is cut", characters.slice(0, -1)),
    refused("a character after its end", `${characters}a`),
    refused("a line feed after its end", `${characters}\n`),
    refused("another separator", `${characters.slice(0, 21)}-${characters.slice(22)}`),
    refused("upper case", `chat_${characters.slice(5).toUpperCase()}`),
    refused("left-over bits in the secret", `${characters.slice(0, -1)}b`),
  ],
});

const join = joinText(makeJoinToken());

write("join-token", {
  notice: "These tokens are published, and no system knows them.",
  accepted: [makeJoinToken(), makeJoinToken({ addresses: ["localhost:1"], expiresAtMs: 0 })].map(
    (token) => ({ token: joinText(token), contents: plain(token) }),
  ),
  refused: [
    refused("nothing", "", "unknown-version"),
    refused("another type", join.replace("chatjoin_", "chatjoyn_"), "unknown-version"),
    refused("a type in upper case", join.replace("chatjoin_", "CHATJOIN_"), "unknown-version"),
    refused("version 2", withByte(join, 0, 2), "unknown-version"),
    refused("the type alone", "chatjoin_"),
    refused("a token that is cut", join.slice(0, -8)),
    refused("one character mistyped", join.slice(0, 40) + other(join[40]) + join.slice(41)),
    refused("a character after its end", `${join}a`),
    refused("a line feed after its end", `${join}\n`),
    refused("upper case", `chatjoin_${join.slice(9).toUpperCase()}`),
    refused("a node that is none", withByte(join, 6, 0x78)),
    refused("one field less than counted", withByte(join, 1, 8)),
  ],
});

function joinText(token: JoinToken): string {
  return encodeJoinToken(token).use((bytes) => Buffer.from(bytes).toString("latin1"));
}

/** The token with one byte changed and its checksum made anew. */
function withByte(token: string, index: number, value: number): string {
  const bytes = fromBase32(token.slice(9)).subarray(0, -4);
  bytes[index] = value;
  const checksum = createHash("sha256").update(bytes).digest().subarray(0, 4);
  return `chatjoin_${toBase32(Buffer.concat([bytes, checksum]))}`;
}

function other(character: string | undefined): string {
  return character === "a" ? "b" : "a";
}

function refused(name: string, encoded: string, code = "malformed"): Refused {
  return { name, encoded, code };
}

function write(file: string, vectors: unknown): void {
  const url = new URL(`./vectors/${file}.json`, import.meta.url);
  writeFileSync(url, `${JSON.stringify(vectors, undefined, 2)}\n`);
}
