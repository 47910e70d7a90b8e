import { equalBytes, type Charter } from "@chatelaine/crypto";

/** The highest this node has seen of everything that only grows, kept in its state directory. */
export interface Seen {
  readonly incarnation: bigint;
  readonly charterSerial: bigint;
  readonly keyringRevision: bigint;
  readonly epoch: bigint;
  /** Which of two masterships of that epoch; undefined while none of it was seen. */
  readonly claimId?: Uint8Array | undefined;
}

export const NOTHING_SEEN: Seen = {
  incarnation: 0n,
  charterSerial: 0n,
  keyringRevision: 0n,
  epoch: 0n,
};

/** Keeps what was seen across restarts; durable when the promise resolves. */
export interface SeenStore {
  load(): Promise<Seen>;
  save(seen: Seen): Promise<void>;
}

/** What of a charter tells how old it is. */
export type CharterAge = Pick<Charter, "incarnation" | "serial" | "keyringRevision">;

/**
 * How the database is older than what was seen: it was restored from a copy, or lost its tail.
 * Undefined if it is not. A later incarnation may start its serials where it likes.
 */
export function behind(seen: Seen, charter: CharterAge): string | undefined {
  if (charter.incarnation !== seen.incarnation) {
    return charter.incarnation < seen.incarnation
      ? `incarnation ${String(charter.incarnation)} is older than ${String(seen.incarnation)}`
      : undefined;
  }
  if (charter.serial < seen.charterSerial) {
    return `charter ${String(charter.serial)} is older than ${String(seen.charterSerial)}`;
  }
  return charter.keyringRevision < seen.keyringRevision
    ? `keyring revision ${String(charter.keyringRevision)} is older than ${String(seen.keyringRevision)}`
    : undefined;
}

/** Whether the charter is older than that other one. */
export function isOlder(charter: CharterAge, other: CharterAge): boolean {
  return behind(seenAfter(NOTHING_SEEN, other, 0n), charter) !== undefined;
}

/** What is seen after an authentic charter that is not behind, and a fence of it. */
export function seenAfter(seen: Seen, charter: CharterAge, epoch: bigint): Seen {
  const { incarnation, serial: charterSerial, keyringRevision } = charter;
  const age = { incarnation, charterSerial, keyringRevision };
  const keepsEpoch = incarnation === seen.incarnation && seen.epoch >= epoch;
  return keepsEpoch ? { ...seen, ...age } : { ...age, epoch };
}

/** A mastership, and the incarnation that it belongs to. */
export interface SeenMastership {
  readonly incarnation: bigint;
  readonly epoch: bigint;
  readonly claimId: Uint8Array;
}

/**
 * Why a mastership is not to be believed (P2): it is older than one that was seen, or another of
 * the same epoch, as a database gives it twice that lost its tail. Undefined if it may be.
 */
export function mastershipDifference(seen: Seen, found: SeenMastership): string | undefined {
  if (found.incarnation !== seen.incarnation) {
    return found.incarnation < seen.incarnation
      ? `incarnation ${String(found.incarnation)} is older than ${String(seen.incarnation)}`
      : undefined;
  }
  if (found.epoch < seen.epoch) {
    return `epoch ${String(found.epoch)} is older than ${String(seen.epoch)}`;
  }
  return isOtherClaim(seen, found)
    ? `epoch ${String(found.epoch)} was seen with another claim id`
    : undefined;
}

/** What is seen after a mastership that may be believed. */
export function seenWith(seen: Seen, found: SeenMastership): Seen {
  const isKnown =
    found.incarnation !== seen.incarnation ||
    mastershipDifference(seen, found) !== undefined ||
    (found.epoch === seen.epoch && seen.claimId !== undefined);
  return isKnown ? seen : { ...seen, epoch: found.epoch, claimId: found.claimId };
}

function isOtherClaim(seen: Seen, found: SeenMastership): boolean {
  return (
    found.epoch === seen.epoch &&
    seen.claimId !== undefined &&
    !equalBytes(seen.claimId, found.claimId)
  );
}
