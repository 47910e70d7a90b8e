import {
  CryptoError,
  STAMP_BYTES,
  stampRow,
  stampVersion,
  verifyStamp,
  type Keyring,
  type Stamp,
  type StampedRow,
} from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import type { EventSink } from "../event/event-sink.ts";
import { KeyringOutdated } from "../keyring-outdated/keyring-outdated.ts";

declare const verified: unique symbol;

/** A row as the database gives it: nothing in it may be believed before `RowGuard.verify`. */
export interface Unverified<Row> {
  readonly unverifiedRow: Row;
  readonly stamp: Stamp;
}

/** A row whose stamp was verified; only `RowGuard` makes one. */
export type Verified<Row> = Row & { readonly [verified]: true };

/** A row with the stamp under which it is to be written. */
export interface StampedRowToWrite<Row> {
  readonly row: Row;
  readonly stamp: Stamp;
  /** Version of the master secret under which the stamp was made. */
  readonly stampVersion: number;
}

/** What of a row is under its stamp, in the order of `docs/formats/stamp.md`. */
export type StampColumns<Row> = (row: Row) => StampedRow;

/**
 * The only way to believe a row that decides who gets what (P11). Verify before every use and,
 * in the same transaction, before every change: a change of an unverified row would put a good
 * stamp on a forged column.
 */
export class RowGuard {
  readonly #events: EventSink;
  readonly #mayComeToKnow: (version: number) => boolean;

  /** `mayComeToKnow`: whether a refresh may bring a version that a keyring lacks. */
  constructor(events: EventSink, mayComeToKnow: (version: number) => boolean = () => false) {
    this.#events = events;
    this.#mayComeToKnow = mayComeToKnow;
  }

  /**
   * Throws `row-not-authentic`, and raises `trust.row-refused`: not yet, if the keyring lacks the
   * version of the stamp and may come to know it.
   */
  verify<Row>(ring: Keyring, columns: StampColumns<Row>, found: Unverified<Row>): Verified<Row> {
    const row = columns(found.unverifiedRow);
    try {
      verifyStamp(ring, row, found.stamp);
    } catch (cause) {
      if (!(cause instanceof CryptoError)) {
        throw cause;
      }
      this.#assertKnown(ring, found.stamp);
      this.#events.raise("trust.row-refused", { table: row.table });
      throw new CodedError("row-not-authentic", {
        detail:
          `a row of table ${row.table} was changed by something else than this system; ` +
          "find out who writes to the SSO database, then make the row again",
        internal: { table: row.table },
        cause,
      });
    }
    return found.unverifiedRow as Verified<Row>;
  }

  /**
   * Runs a read of stamped rows. A row that holds what no node writes cannot even be verified; it
   * is refused like one with a bad stamp: `row-not-authentic`, and the same event.
   */
  async read<T>(table: string, find: () => Promise<T>): Promise<T> {
    try {
      return await find();
    } catch (error) {
      if (isCoded(error, "row-not-authentic")) {
        this.#events.raise("trust.row-refused", { table });
      }
      throw error;
    }
  }

  /** Throws `KeyringOutdated`. */
  #assertKnown(ring: Keyring, stamp: Stamp): void {
    const number = stamp.length === STAMP_BYTES ? stampVersion(stamp) : undefined;
    if (number !== undefined && !ring.has(number) && this.#mayComeToKnow(number)) {
      throw new KeyringOutdated({ kind: "version", number }, "row-not-authentic");
    }
  }

  /** A row that this node stamps is its own, and is believed like one that was verified. */
  stamp<Row>(
    ring: Keyring,
    columns: StampColumns<Row>,
    row: Row,
  ): StampedRowToWrite<Verified<Row>> {
    const stamp = stampRow(ring, columns(row));
    return { row: row as Verified<Row>, stamp, stampVersion: stampVersion(stamp) };
  }
}
