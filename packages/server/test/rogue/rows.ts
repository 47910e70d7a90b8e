import { parseApiTokenId } from "@chatelaine/crypto";
import {
  type ApplicationId,
  isApplicationId,
} from "../../src/domain/application-id/application-id.ts";
import type { Application } from "../../src/domain/application/application.ts";
import type { Backup } from "../../src/domain/backup/backup-store.ts";
import { invariant } from "../../src/base/invariant.ts";
import type { ApiToken } from "../../src/domain/token/api-token.ts";
import type { WallTimeMs } from "../../src/platform/clock.ts";
import type { Row } from "./raw-database.ts";

const VERSION_BYTES = 36;

export function textIn(row: Row, column: string): string {
  const cell = row[column];
  invariant(typeof cell === "string", `${column} is no text`);
  return cell;
}

export function bytesIn(row: Row, column: string): Uint8Array {
  const cell = row[column];
  invariant(cell instanceof Uint8Array, `${column} is no bytes`);
  return cell;
}

export function numberIn(row: Row, column: string): number {
  const cell = row[column];
  invariant(typeof cell === "bigint", `${column} is no integer`);
  return Number(cell);
}

/** The row as its stamp is made of it. */
export function applicationOf(row: Row): Application {
  return {
    applicationId: textIn(row, "application_id") as ApplicationId,
    revision: bytesIn(row, "revision"),
    name: textIn(row, "name"),
    type: "config-store",
    generation: numberIn(row, "generation"),
    isEnabled: numberIn(row, "is_enabled") === 1,
    settings: textIn(row, "settings"),
  };
}

/** The row as its stamp is made of it. */
export function tokenOf(row: Row): ApiToken {
  return {
    tokenId: parseApiTokenId(textIn(row, "token_id")),
    revision: bytesIn(row, "revision"),
    secretHash: bytesIn(row, "secret_hash"),
    name: textIn(row, "name"),
    kind: textIn(row, "kind") === "admin" ? "admin" : "reader",
    mayReveal: numberIn(row, "may_reveal") === 1,
    applications: textIn(row, "applications").split(" ").filter(isApplicationId),
    createdAtMs: numberIn(row, "created_at_ms") as WallTimeMs,
    createdBy: textIn(row, "created_by"),
    expiresAtMs: numberIn(row, "expires_at_ms") as WallTimeMs,
  };
}

/** The row as its stamp is made of it. */
export function backupOf(row: Row): Backup {
  const versions = bytesIn(row, "versions");
  return {
    backupId: textIn(row, "backup_id"),
    revision: bytesIn(row, "revision"),
    madeAtMs: numberIn(row, "made_at_ms") as WallTimeMs,
    verifiedAtMs:
      row["verified_at_ms"] === null ? undefined : (numberIn(row, "verified_at_ms") as WallTimeMs),
    place: "chosen",
    path: textIn(row, "path"),
    versions: Array.from({ length: versions.length / VERSION_BYTES }, (_, index) => {
      const one = versions.slice(index * VERSION_BYTES, (index + 1) * VERSION_BYTES);
      return { number: new DataView(one.buffer).getUint32(0), checkValue: one.slice(4) };
    }),
  };
}
