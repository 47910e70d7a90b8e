import type { Keyring } from "@chatelaine/crypto";
import type { ApplicationPageView, ApplicationView } from "@chatelaine/protocol";
import type { Caller } from "../access/caller.ts";
import { visibleApplications } from "../access/permissions.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import type { Reads } from "../transaction/transactions.ts";
import { applicationStampColumns } from "./application.ts";
import type { ApplicationReader } from "./application-store.ts";
import { renderApplication } from "./application-view.ts";
import { findApplication } from "./get-application.ts";

export interface ReadApplicationsDeps {
  readonly database: Reads<{ readonly applications: ApplicationReader }>;
  readonly keyring: { forReading(): Keyring };
  readonly guard: RowGuard;
}

/** A page of the applications that the caller may see, by name. Throws `row-not-authentic`. */
export async function listApplications(
  deps: ReadApplicationsDeps,
  caller: Caller,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<ApplicationPageView> {
  const ring = deps.keyring.forReading();
  const only = visibleApplications(caller);
  const found = await deps.guard.read("application", () =>
    deps.database.read(({ applications }) =>
      applications.list({ after: page.after, limit: page.limit + 1, only }),
    ),
  );
  const items = found
    .slice(0, page.limit)
    .map((row) => renderApplication(deps.guard.verify(ring, applicationStampColumns, row), row));
  const last = found.length > page.limit ? items.at(-1)?.name : undefined;
  return { items, ...(last !== undefined && { next: last }) };
}

/** Throws `application-not-found`, `row-not-authentic`. */
export async function showApplication(
  deps: ReadApplicationsDeps,
  caller: Caller,
  application: string,
): Promise<ApplicationView> {
  const ring = deps.keyring.forReading();
  const found = await deps.database.read((stores) =>
    findApplication(stores, deps.guard, ring, caller, application),
  );
  return renderApplication(found.row, found);
}
