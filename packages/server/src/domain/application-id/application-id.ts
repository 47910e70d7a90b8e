import { toBase32, type RandomSource } from "@chatelaine/crypto";

declare const applicationId: unique symbol;

/** `app_` and 16 base32 characters. */
export type ApplicationId = string & { readonly [applicationId]: true };

const ID_BYTES = 10;
const ID_PATTERN = /^app_[a-z2-7]{16}$/;

export function newApplicationId(random: RandomSource): ApplicationId {
  return `app_${toBase32(random.bytes(ID_BYTES))}` as ApplicationId;
}

export function isApplicationId(value: string): value is ApplicationId {
  return ID_PATTERN.test(value);
}
