import { toHex } from "@chatelaine/crypto";
import type { ApplicationView } from "@chatelaine/protocol";
import type { Verified } from "../stamp/row-guard.ts";
import type { Application, StoredApplication } from "./application.ts";
import { parseSettings, renderFields } from "./application-settings.ts";

/** The application as the API shows it. */
export function renderApplication(
  row: Verified<Application> | Application,
  times: Pick<StoredApplication, "createdAtMs" | "updatedAtMs">,
): ApplicationView {
  const { windowsAccount, ticketTimeoutMinutes, fields, ...rest } = parseSettings(row.settings);
  return {
    applicationId: row.applicationId,
    revision: toHex(row.revision),
    name: row.name,
    type: row.type,
    enabled: row.isEnabled,
    ...rest,
    ...(windowsAccount !== undefined && { windowsAccount }),
    ...(ticketTimeoutMinutes !== undefined && { ticketTimeoutMinutes }),
    fields: renderFields(fields),
    createdAtMs: times.createdAtMs,
    updatedAtMs: times.updatedAtMs,
  };
}
