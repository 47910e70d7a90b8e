import { Defect } from "../../base/invariant.ts";

const INT8_OID = 20;
const BYTEA_OID = 17;
const HEX_PREFIX = "\\x";

/** How integers and bytes pass the wire: as `bigint` and plain `Uint8Array`, as on SQLite. */
export const WIRE_TYPES = {
  bigint: {
    to: INT8_OID,
    from: [INT8_OID],
    serialize: (value: bigint) => value.toString(),
    parse: (text: string) => BigInt(text),
  },
  bytea: {
    to: BYTEA_OID,
    from: [BYTEA_OID],
    serialize: (value: Uint8Array) => HEX_PREFIX + bufferOver(value).toString("hex"),
    parse: parseBytes,
  },
};

function parseBytes(text: string): Uint8Array {
  if (!text.startsWith(HEX_PREFIX)) {
    throw new Defect("the server's bytea_output is not hex");
  }
  const bytes = new Uint8Array((text.length - HEX_PREFIX.length) / 2);
  bufferOver(bytes).write(text.slice(HEX_PREFIX.length), "hex");
  return bytes;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A value as kysely gives it, of a type whose wire form is known. */
export type WireValue = string | number | bigint | Uint8Array | null;

export function wireValue(parameter: unknown): WireValue {
  if (
    parameter === null ||
    typeof parameter === "string" ||
    typeof parameter === "number" ||
    typeof parameter === "bigint" ||
    parameter instanceof Uint8Array
  ) {
    return parameter;
  }
  throw new Defect(`PostgreSQL is given no parameter of type ${typeof parameter}`);
}
