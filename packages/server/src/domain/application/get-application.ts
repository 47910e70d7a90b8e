import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { RowGuard, Verified } from "../stamp/row-guard.ts";
import type { ApplicationReader } from "./application-store.ts";
import { applicationStampColumns, type Application, type ApplicationId } from "./application.ts";

/** The application, its stamp verified. Throws `application-not-found`, `row-not-authentic`. */
export async function getApplication(
  stores: { readonly applications: ApplicationReader },
  guard: RowGuard,
  ring: Keyring,
  applicationId: ApplicationId,
): Promise<Verified<Application>> {
  const found = await guard.read("application", () => stores.applications.find(applicationId));
  if (found === undefined) {
    throw new CodedError("application-not-found");
  }
  return guard.verify(ring, applicationStampColumns, found);
}
