/** What is asked of `docs/protocols/mastership.pml`: what must hold, and what must break it. */
export interface ModelCheck {
  readonly claim: string;
  readonly defines: readonly string[];
  /** Whether spin must find an assertion that fails. */
  readonly mustFail: boolean;
}

/** Small enough for every test run. */
export const QUICK_CHECKS: readonly ModelCheck[] = [
  holds("three candidates, two claims", "CLAIMS=2", "TTL=1"),
  holds("a database that goes back", "CLAIMS=3", "TTL=1", "CANDIDATES=2", "DATABASE_GOES_BACK"),
  breaks("a write that does not look at the fence", "NO_FENCE"),
  breaks("a fence that is not kept locked until the commit", "UNLOCKED_FENCE"),
  breaks("a lease that is read before the fence is locked", "JOINED_CLAIM"),
  breaks("validity that counts from the reply", "RENEWED_FROM_REPLY"),
  breaks("masterships told apart by their epoch alone", "NO_CLAIM_ID", "DATABASE_GOES_BACK"),
];

/** Minutes; `npm run model`. */
export const LONG_CHECKS: readonly ModelCheck[] = [
  holds("three candidates, three claims", "CLAIMS=3", "TTL=1"),
  holds("three candidates, two claims, a lease of two instants", "CLAIMS=2", "TTL=2"),
  holds("wrong proofs of death", "CLAIMS=2", "TTL=1", "WRONG_PROOFS"),
];

function holds(claim: string, ...defines: readonly string[]): ModelCheck {
  return { claim, defines, mustFail: false };
}

function breaks(claim: string, ...defines: readonly string[]): ModelCheck {
  return { claim, defines: ["CLAIMS=2", "TTL=1", ...defines], mustFail: true };
}
