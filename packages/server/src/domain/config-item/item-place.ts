import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { Application } from "../application/application.ts";
import { parseSettings, type Field } from "../application/application-settings.ts";
import type { ApplicationFinder } from "../application/application-store.ts";
import { findApplication } from "../application/get-application.ts";
import type { RowGuard, Verified } from "../stamp/row-guard.ts";

/** An application that holds config items now. */
export interface ItemPlace {
  readonly application: Verified<Application>;
  readonly fields: readonly Field[];
  /** Whether nodes may keep its sealed values for the time when the database is away. */
  readonly mayKeep: boolean;
}

/**
 * Throws `application-not-found`, `application-type-mismatch`, `application-disabled`,
 * `row-not-authentic`.
 */
export async function findItemPlace(
  stores: { readonly applications: ApplicationFinder },
  guard: RowGuard,
  ring: Keyring,
  caller: Caller,
  idOrName: string,
): Promise<ItemPlace> {
  const { row } = await findApplication(stores, guard, ring, caller, idOrName);
  if (row.type !== "config-store") {
    throw new CodedError("application-type-mismatch", {
      detail: `${row.name} is of type ${row.type}; config items belong to one of type config-store`,
    });
  }
  if (!row.isEnabled) {
    throw new CodedError("application-disabled", {
      detail: `${row.name} is disabled; \`chatelaine application enable\` lets it be used`,
    });
  }
  const { fields, flags } = parseSettings(row.settings);
  return { application: row, fields, mayKeep: !flags.disableCredCache };
}
