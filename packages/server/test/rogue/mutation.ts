/** One check taken out of the code, as text that must be there exactly once. */
export interface Mutation {
  readonly name: string;
  /** Below `packages`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Tests of the suite of which at least one must fail then: a part of their names. */
  readonly caughtBy: string;
}

/** Where the checks are, below `packages`. */
export const STORED = "server/src/storage/kysely";
export const DOMAIN = "server/src/domain";
export const CRYPTO = "crypto/src";
