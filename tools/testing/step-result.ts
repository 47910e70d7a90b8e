/** What one step of a test run came to. */
export interface StepResult {
  /** The step's claim: true if nothing failed. */
  readonly claim: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skip[];
  readonly durationMs: number;
}

/** A test that did not run, and why. */
export interface Skip {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}
