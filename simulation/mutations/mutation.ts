/** Text that must be there exactly once, and what stands in its place. */
export interface Patch {
  /** Below `packages`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One rule taken out of the code, which some run has to notice. */
export interface Mutation {
  readonly name: string;
  readonly patches: readonly [Patch, ...Patch[]];
  /** Faults that are chosen more often, so that few runs are enough. */
  readonly focus: readonly string[];
  /** How the promise begins that is to be found broken. */
  readonly breaks: string;
}
