/** The times of the cached secret; their relations are checked where the configuration is read. */
export interface CachedSecretTimings {
  /** How long a node seals after its last confirmation. Refreshed at a third of it. */
  readonly graceMs: number;
  /** The first pause after a refresh that failed. */
  readonly retryMinMs: number;
  /** The longest pause between refreshes that fail. */
  readonly retryMaxMs: number;
  /** How often a node that hears no master secret server looks into the database. */
  readonly memberPollMs: number;
  /** How long a node that is asked may take to answer. */
  readonly callMs: number;
}

/** The refresh interval of Enterprise SSO is 60 seconds. */
export const CACHED_SECRET_TIMINGS: CachedSecretTimings = {
  graceMs: 60_000,
  retryMinMs: 200,
  retryMaxMs: 5000,
  memberPollMs: 1000,
  callMs: 2000,
};
