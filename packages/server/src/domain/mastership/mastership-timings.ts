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
  /** For so long the refusals of an address that was wrongly taken for dead prove nothing. */
  readonly contradictedBarMs: number;
  /** A renewal that was sent before its process died may be made so much later. */
  readonly renewalUnderWayMs: number;
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
  contradictedBarMs: 600_000,
  renewalUnderWayMs: 250,
};
