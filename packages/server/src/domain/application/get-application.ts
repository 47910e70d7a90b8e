import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { maySee } from "../access/permissions.ts";
import type { Caller } from "../access/caller.ts";
import type { RowGuard, Verified } from "../stamp/row-guard.ts";
import { isApplicationId } from "../application-id/application-id.ts";
import {
  applicationStampColumns,
  type Application,
  type StoredApplication,
} from "./application.ts";
import type { ApplicationFinder } from "./application-store.ts";

export interface FoundApplication extends Pick<StoredApplication, "createdAtMs" | "updatedAtMs"> {
  readonly row: Verified<Application>;
}

/**
 * The application of that id or name, its stamp verified. One that the caller may not see does
 * not exist for it. Throws `application-not-found`, `row-not-authentic`.
 */
export async function findApplication(
  stores: { readonly applications: ApplicationFinder },
  guard: RowGuard,
  ring: Keyring,
  caller: Caller,
  idOrName: string,
): Promise<FoundApplication> {
  const found = await guard.read("application", () =>
    isApplicationId(idOrName)
      ? stores.applications.find(idOrName)
      : stores.applications.findByName(idOrName),
  );
  if (found === undefined) {
    throw notFound();
  }
  const application = verifiedApplication(ring, guard, found);
  if (!maySee(caller, application.row.applicationId)) {
    throw notFound();
  }
  return application;
}

/** Throws `row-not-authentic`. */
export function verifiedApplication(
  ring: Keyring,
  guard: RowGuard,
  found: StoredApplication,
): FoundApplication {
  const { createdAtMs, updatedAtMs } = found;
  return { row: guard.verify(ring, applicationStampColumns, found), createdAtMs, updatedAtMs };
}

function notFound(): CodedError {
  return new CodedError("application-not-found", {
    detail: "there is no such affiliate application; `chatelaine application list` shows them",
  });
}
