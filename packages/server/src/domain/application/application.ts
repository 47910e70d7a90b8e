import { text, toBase32, u32, type RandomSource, type StampedRow } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";

declare const applicationId: unique symbol;

/** `app_` and 16 base32 characters. */
export type ApplicationId = string & { readonly [applicationId]: true };

const ID_BYTES = 10;
const ID_PATTERN = /^app_[a-z2-7]{16}$/;

export function newApplicationId(random: RandomSource): ApplicationId {
  return `app_${toBase32(random.bytes(ID_BYTES))}` as ApplicationId;
}

/** Throws `request-invalid`. */
export function parseApplicationId(id: string): ApplicationId {
  if (!ID_PATTERN.test(id)) {
    throw new CodedError("request-invalid", { detail: "an application id looks like app_…" });
  }
  return id as ApplicationId;
}

/** The four types of affiliate application of Enterprise SSO. */
export type ApplicationType = "individual" | "group" | "host-group" | "config-store";

/** An affiliate application, as far as its stamp reaches. */
export interface Application {
  readonly applicationId: ApplicationId;
  /** 16 bytes: counter u64 and 8 random bytes. */
  readonly revision: Uint8Array;
  readonly name: string;
  readonly type: ApplicationType;
  /** Raised to take access away from whoever was given the application's key. */
  readonly generation: number;
}

export function applicationStampColumns(row: Application): StampedRow {
  return {
    table: "application",
    revision: row.revision,
    primaryKey: [text(row.applicationId)],
    columns: [text(row.name), text(row.type), u32(row.generation)],
  };
}
