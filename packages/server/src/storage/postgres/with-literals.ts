import { Defect } from "../../base/invariant.ts";
import type { Query } from "../kysely/sql.ts";

/** Texts that mean the same between quotes under any setting of the server. */
const PLAIN_WORDS = /^[\w .:-]*$/;

const PLACE = /\$(?<number>\d+)/g;

/**
 * The statement's text with its values in it, as one message of several statements needs it, which
 * takes no parameters. Only for values of this program: numbers, bytes and plain words; anything
 * else is a defect, never quoted.
 */
export function withLiterals({ sql, parameters }: Query): string {
  return sql.replace(PLACE, (_, number: string) => literal(parameters[Number(number) - 1]));
}

function literal(value: unknown): string {
  if (typeof value === "bigint") {
    return `(${String(value)})`;
  }
  if (value instanceof Uint8Array) {
    return `decode('${Buffer.from(value).toString("hex")}', 'hex')`;
  }
  if (typeof value === "string" && PLAIN_WORDS.test(value)) {
    return `'${value}'`;
  }
  throw new Defect("a value is not one of those that a statement may hold itself");
}
