import type { ExpressionBuilder } from "kysely";
import type { SealingVersion } from "../../domain/config-item/config-item-store.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** That the version is primary by number, check value and state: the condition of P3. */
export function isPrimary(number: bigint, checkValue: Uint8Array) {
  return (eb: ExpressionBuilder<Tables, "version">) =>
    eb.and([
      eb("version.number", "=", number),
      eb("version.check_value", "=", checkValue),
      eb("version.state", "=", "primary"),
    ]);
}

export const selectPrimary = statement(({ db }, number: bigint, checkValue: Uint8Array) =>
  db.selectFrom("version").select("number").where(isPrimary(number, checkValue)),
);

export function versionValues({ number, checkValue }: SealingVersion) {
  return [BigInt(number), checkValue] as const;
}
