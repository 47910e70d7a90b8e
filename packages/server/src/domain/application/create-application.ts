import type { Keyring, RandomSource } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Writes } from "../transaction/transactions.ts";
import {
  applicationStampColumns,
  newApplicationId,
  type Application,
  type ApplicationType,
} from "./application.ts";
import type { ApplicationStore } from "./application-store.ts";

export interface CreateApplicationDeps {
  readonly database: Writes<{ applications: ApplicationStore; audit: AuditStore }>;
  readonly keyring: { forSealing(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/** Creates an affiliate application. Throws `application-exists`. */
export async function createApplication(
  deps: CreateApplicationDeps,
  caller: Caller,
  request: { readonly name: string; readonly type: ApplicationType },
): Promise<Application> {
  const application: Application = {
    applicationId: newApplicationId(deps.random),
    revision: nextRevision(deps.random, undefined),
    name: request.name,
    type: request.type,
    generation: 0,
  };
  const stamped = deps.guard.stamp(deps.keyring.forSealing(), applicationStampColumns, application);
  await deps.database.write(async ({ applications, audit }) => {
    if (!(await applications.add(stamped, deps.clock.wallTime()))) {
      throw new CodedError("application-exists", {
        detail: `an affiliate application named ${request.name} exists; choose another name`,
      });
    }
    const { applicationId, name } = application;
    await audit.record(deps.auditor.entry(caller, "application.create", { applicationId, name }));
  });
  return application;
}
