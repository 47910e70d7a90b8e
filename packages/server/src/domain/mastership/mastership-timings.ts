/** The times of a mastership; their relations are checked where the configuration is read. */
export interface MastershipTimings {
  /** How long a lease is valid without renewal. Longer: a frozen master is replaced later. */
  readonly ttlMs: number;
  /** How often it is renewed; at most a third of the ttl, so that two renewals may fail. */
  readonly renewalMs: number;
  /** How long a lease must stay seen as expired before it is claimed. */
  readonly expiryConfirmationMs: number;
  /** How often a node on standby reads fence and lease. */
  readonly pollMs: number;
}

/**
 * The longest ttl that the setting allows. Nodes may be set differently, so a lease counts as put
 * into the future by a clock that jumped only when it is further ahead than any node's can be.
 */
export const LEASE_TTL_MS_MAX = 60_000;

export const MASTERSHIP_TIMINGS: MastershipTimings = {
  ttlMs: 3000,
  renewalMs: 1000,
  expiryConfirmationMs: 500,
  pollMs: 250,
};
