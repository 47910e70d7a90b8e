/** Text that must be there exactly once, and what stands in its place. */
export interface Patch {
  /** Below `packages`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One rule taken out of the code. */
export interface MutatedRule {
  readonly name: string;
  readonly patches: readonly [Patch, ...Patch[]];
}

/** One that the contract of the stores has to notice, on the simulated database and PostgreSQL. */
export interface StoreMutation extends MutatedRule {
  /** The test of the contract that fails. */
  readonly fails: string;
}

/** One that some run has to notice. */
export interface Mutation extends MutatedRule {
  /** Faults that are chosen more often, so that few runs are enough. */
  readonly focus: readonly string[];
  /** How the promise begins that is to be found broken. */
  readonly breaks: string;
}
