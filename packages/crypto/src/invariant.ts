/** A promise of this package's own code or of its caller was broken: a defect, not an input. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/** Throws `InvariantBroken` unless the claim holds. The message must not contain data. */
export function invariant(claim: boolean, message: string): asserts claim {
  if (!claim) {
    throw new InvariantBroken(message);
  }
}
