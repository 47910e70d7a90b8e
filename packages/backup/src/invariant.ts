import { InvariantBroken } from "@chatelaine/crypto";

/** Throws `InvariantBroken` unless the claim holds. The message must not contain data. */
export function invariant(claim: boolean, message: string): asserts claim {
  if (!claim) {
    throw new InvariantBroken(message);
  }
}
