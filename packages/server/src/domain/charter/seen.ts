import type { Charter } from "@chatelaine/crypto";

/** The highest this node has seen of everything that only grows, kept in its state directory. */
export interface Seen {
  readonly incarnation: bigint;
  readonly charterSerial: bigint;
  readonly keyringRevision: bigint;
  readonly epoch: bigint;
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

/**
 * How the database is older than what was seen: it was restored from a copy, or lost its tail.
 * Undefined if it is not. A later incarnation may start its serials where it likes.
 */
export function behind(seen: Seen, charter: Charter): string | undefined {
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

/** What is seen after an authentic charter that is not behind, and a fence of it. */
export function seenAfter(seen: Seen, charter: Charter, epoch: bigint): Seen {
  const isSameIncarnation = charter.incarnation === seen.incarnation;
  return {
    incarnation: charter.incarnation,
    charterSerial: charter.serial,
    keyringRevision: charter.keyringRevision,
    epoch: isSameIncarnation && seen.epoch > epoch ? seen.epoch : epoch,
  };
}
