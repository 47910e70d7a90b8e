import { CryptoError, fromBase64, toBase64 } from "@chatelaine/crypto";
import type { JsonSchema } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { NoContent } from "../peer-acts.ts";
import { mismatch } from "./json-mismatch.ts";

/**
 * A value and its JSON. Integers that may exceed 2^53 are decimal text, bytes are base64. Fields
 * that are not known are passed over, because the other side may be a version ahead.
 */
export interface Codec<T> {
  encode(value: T): unknown;
  /** Throws `request-invalid`, whose detail names the field. */
  decode(json: unknown, at: string): T;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;

export const nothing: Codec<NoContent> = {
  encode: () => ({}),
  decode: (json, at) => {
    asObject(json, at);
    return {};
  },
};

export const boolean: Codec<boolean> = {
  encode: (value) => value,
  decode: (json, at) => {
    assertForm(typeof json === "boolean", at, "true or false");
    return json;
  },
};

/** From 0 to 2^64 - 1. */
export const u64: Codec<bigint> = {
  encode: (value) => value.toString(),
  decode: (json, at) => {
    const isDecimal = typeof json === "string" && /^(?:0|[1-9]\d{0,19})$/.test(json);
    assertForm(isDecimal && BigInt(json) <= U64_MAX, at, "a whole number in decimal");
    return BigInt(json);
  },
};

export function text(lengthMax: number): Codec<string> {
  return {
    encode: (value) => value,
    decode: (json, at) => {
      const isText = typeof json === "string" && json.length <= lengthMax;
      assertForm(isText, at, `a text of at most ${String(lengthMax)} characters`);
      return json;
    },
  };
}

/** `min` to `max` bytes. */
export function bytes(min: number, max: number): Codec<Uint8Array> {
  return {
    encode: toBase64,
    decode: (json, at) => {
      const decoded = typeof json === "string" ? decodeBase64(json) : undefined;
      const isLong = decoded !== undefined && decoded.length >= min && decoded.length <= max;
      assertForm(isLong, at, `base64 of ${String(min)} to ${String(max)} bytes`);
      return decoded;
    },
  };
}

export function list<T>(item: Codec<T>, countMax: number): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)),
    decode: (json, at) => {
      const isList = Array.isArray(json) && json.length <= countMax;
      assertForm(isList, at, `a list of at most ${String(countMax)}`);
      return json.map((value, index) => item.decode(value, `${at}/${String(index)}`));
    },
  };
}

/** A text that only `parse` makes, such as an id. */
export function parsed<T extends string>(parse: (text: string) => T): Codec<T> {
  return {
    encode: (value) => value,
    decode: (json, at) => {
      assertForm(typeof json === "string", at, "a text");
      try {
        return parse(json);
      } catch (cause) {
        throw cause instanceof CryptoError ? malformed(at, "in the form of its kind") : cause;
      }
    },
  };
}

/** A field that may be absent. */
export function optional<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    encode: (value) => (value === undefined ? undefined : item.encode(value)),
    decode: (json, at) => (json === undefined ? undefined : item.decode(json, at)),
  };
}

export function record<T extends object>(fields: {
  readonly [Name in keyof T]-?: Codec<T[Name]>;
}): Codec<T> {
  const known: readonly (readonly [string, Codec<unknown>])[] = Object.entries(fields);
  return {
    encode: (value) =>
      Object.fromEntries(
        known.map(([name, codec]) => [
          name,
          codec.encode((value as Record<string, unknown>)[name]),
        ]),
      ),
    decode: (json, at) => {
      const object = asObject(json, at);
      const entries = known.map(([name, codec]): [string, unknown] => [
        name,
        codec.decode(Object.hasOwn(object, name) ? object[name] : undefined, `${at}/${name}`),
      ]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T;
    },
  };
}

/** What is JSON already, in the words of a schema of `protocol`; `T` is its `FromSchema`. */
export function described<T>(schema: JsonSchema): Codec<T> {
  return {
    encode: (value) => value,
    decode: (json, at) => {
      const problem = mismatch(schema, json, at);
      if (problem !== undefined) {
        throw new CodedError("request-invalid", { detail: problem });
      }
      return json as T;
    },
  };
}

function decodeBase64(json: string): Uint8Array | undefined {
  try {
    return fromBase64(json);
  } catch {
    return undefined; // another spelling of base64, or none
  }
}

function asObject(json: unknown, at: string): Readonly<Record<string, unknown>> {
  assertForm(typeof json === "object" && json !== null && !Array.isArray(json), at, "an object");
  return json as Readonly<Record<string, unknown>>;
}

function assertForm(condition: boolean, at: string, form: string): asserts condition {
  if (!condition) {
    throw malformed(at, form);
  }
}

function malformed(at: string, form: string): CodedError {
  return new CodedError("request-invalid", { detail: `${at} must be ${form}` });
}
