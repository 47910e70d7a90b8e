import { concat, text, u32, u64, type ApiTokenId, type StampedRow } from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";

export type ApiTokenKind = "admin" | "reader";

/** An API token's row: every column of it is under its stamp. */
export interface ApiToken {
  readonly tokenId: ApiTokenId;
  /** 16 bytes: counter u64 and 8 random bytes. */
  readonly revision: Uint8Array;
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array;
  /** For people. */
  readonly name: string;
  readonly kind: ApiTokenKind;
  /** Whether it may open masked fields. */
  readonly mayReveal: boolean;
  /** Of a reader: the only applications there are for it. */
  readonly applications: readonly ApplicationId[];
  readonly createdAtMs: WallTimeMs;
  readonly createdBy: string;
  /** Inside the stamp, so that an older row brought back is of no use for long. */
  readonly expiresAtMs: WallTimeMs;
}

export const TOKENS_LISTED_MAX = 1000;

export function apiTokenStampColumns(row: ApiToken): StampedRow {
  return {
    table: "api_token",
    revision: row.revision,
    primaryKey: [text(row.tokenId)],
    columns: [
      row.secretHash,
      text(row.name),
      text(row.kind),
      u32(row.mayReveal ? 1 : 0),
      // Ids have one length, so that joining them is injective.
      concat(...row.applications.map(text)),
      u64(BigInt(row.createdAtMs)),
      text(row.createdBy),
      u64(BigInt(row.expiresAtMs)),
    ],
  };
}
