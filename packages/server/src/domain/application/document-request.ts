import type { ApplicationDocument, ApplicationDocumentFlag } from "@chatelaine/biztalk";
import {
  ACCOUNTS_MAX,
  ACCOUNT_LENGTH_MAX,
  ACCOUNT_PATTERN,
  APPLICATION_NAME_MAX,
  FIELDS_MAX,
  FIELD_NAME_MAX,
  LINE_PATTERN,
  TEXT_MAX,
  TICKET_TIMEOUT_MINUTES_MAX,
  type ApplicationUpdate,
} from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import { isApplicationId } from "../application-id/application-id.ts";
import type { ApplicationType } from "./application.ts";
import { unfitFlags } from "./application-flags.ts";

/** A document of Enterprise SSO as a request of ours for an application of some type. */
export interface DocumentRequest {
  readonly changes: ApplicationUpdate;
  /** Flags that are on by default in Enterprise SSO and mean nothing for the type. */
  readonly ignored: readonly ApplicationDocumentFlag[];
}

/** On unless a file says otherwise, for applications of every type: files repeat them. */
const ON_BY_DEFAULT: readonly ApplicationDocumentFlag[] = [
  "windowsInitiatedSso",
  "validateTickets",
  "timeoutTickets",
];

/**
 * Field 0 is left out: it is the external user id, or the dummy of a config store. Throws
 * `import-too-large`, `application-invalid` for what no application may have.
 */
export function documentRequest(
  document: ApplicationDocument,
  type: ApplicationType,
): DocumentRequest {
  assertWithinLimits(document);
  const { description, contact, users, administrators, windowsAccount } = document;
  const { ticketTimeoutMinutes } = document;
  const unfit = unfitFlags(type);
  const ignored = ON_BY_DEFAULT.filter(
    (flag) => document.flags[flag] === true && unfit.includes(flag),
  );
  const flags = Object.fromEntries(
    Object.entries(document.flags).filter(([flag]) => !ignored.some((one) => one === flag)),
  );
  const fields = document.fields
    .filter(({ ordinal }) => ordinal > 0)
    .map(({ label, masked }) => ({ name: label, masked }));
  return {
    changes: {
      ...(description !== undefined && { description }),
      ...(contact !== undefined && { contact }),
      ...(users !== undefined && { applicationUsers: users }),
      ...(administrators !== undefined && { applicationAdministrators: administrators }),
      ...(windowsAccount !== undefined && { windowsAccount }),
      ...(ticketTimeoutMinutes !== undefined && { ticketTimeoutMinutes }),
      ...(fields.length > 0 && { fields }),
      flags,
    },
    ignored,
  };
}

const LINE = new RegExp(LINE_PATTERN, "u");
const ACCOUNT = new RegExp(ACCOUNT_PATTERN, "u");

/** The limits that the interface sets to the same things. */
function assertWithinLimits(document: ApplicationDocument): void {
  const { name, description, contact, users, administrators, windowsAccount, fields } = document;
  const { ticketTimeoutMinutes: minutes } = document;
  assertLength("name", name, APPLICATION_NAME_MAX);
  if (!LINE.test(name) || isApplicationId(name)) {
    throw invalid("name: is empty, holds a control character or looks like an application's id");
  }
  assertLength("description", description, TEXT_MAX);
  assertLength("contact", contact, TEXT_MAX);
  assertAccounts("applicationUsers", users ?? []);
  assertAccounts("applicationAdministrators", administrators ?? []);
  assertAccounts("windowsAccount", windowsAccount === undefined ? [] : [windowsAccount]);
  assertAtMost("fields", fields.length, FIELDS_MAX);
  for (const { label } of fields) {
    assertLength("a field's name", label, FIELD_NAME_MAX);
    if (!LINE.test(label)) {
      throw invalid("fields: the name of one is empty or holds a control character");
    }
  }
  if (minutes !== undefined && !(minutes >= 1 && minutes <= TICKET_TIMEOUT_MINUTES_MAX)) {
    throw invalid(`ticketTimeoutMinutes: 1 to ${String(TICKET_TIMEOUT_MINUTES_MAX)}`);
  }
}

function assertAccounts(what: string, accounts: readonly string[]): void {
  assertAtMost(what, accounts.length, ACCOUNTS_MAX);
  for (const account of accounts) {
    assertLength(what, account, ACCOUNT_LENGTH_MAX);
    if (!ACCOUNT.test(account)) {
      throw invalid(`${what}: an account is empty or holds a control character`);
    }
  }
}

function assertLength(what: string, value: string | undefined, lengthMax: number): void {
  if ((value ?? "").length > lengthMax) {
    throw new CodedError("import-too-large", {
      detail: `${what} has more than ${String(lengthMax)} characters`,
    });
  }
}

function assertAtMost(what: string, count: number, max: number): void {
  if (count > max) {
    throw new CodedError("import-too-large", { detail: `${what}: at most ${String(max)}` });
  }
}

function invalid(detail: string): CodedError {
  return new CodedError("application-invalid", { detail });
}
