import type { CachedSecretTimings } from "../../packages/server/src/domain/keyring/cached-secret-timings.ts";
import type { MastershipTimings } from "../../packages/server/src/domain/mastership/mastership-timings.ts";

/** As in production, but for the polls: virtual time costs what happens in it. */
export const MASTERSHIP: MastershipTimings = {
  ttlMs: 3000,
  renewalMs: 1000,
  expiryConfirmationMs: 500,
  pollMs: 500,
  contradictedBarMs: 600_000,
  renewalUnderWayMs: 250,
};

/** A tenth of the usual grace, so that a run can outlast it. */
export const CACHED_SECRET: CachedSecretTimings = {
  graceMs: 6000,
  retryMinMs: 200,
  retryMaxMs: 2000,
  memberPollMs: 1000,
  callMs: 2000,
};

export const LOOKUPS = { entriesMax: 100, bytesMax: 1_000_000, timeoutMs: 60_000 };
