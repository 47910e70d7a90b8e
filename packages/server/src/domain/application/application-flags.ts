import type { ApplicationView } from "@chatelaine/protocol";
import type { ApplicationType } from "./application.ts";

/**
 * The flags of an application, with the meaning and the defaults of Enterprise SSO. Where its
 * documents contradict each other, the safer reading is taken.
 */
export type Flags = Required<ApplicationView["flags"]>;

const NONE: Flags = {
  windowsInitiatedSso: false,
  hostInitiatedSso: false,
  validatePassword: false,
  allowTickets: false,
  validateTickets: false,
  timeoutTickets: false,
  disableCredCache: false,
  allowLocalAccounts: false,
  adminAccountSame: false,
  directPasswordSync: false,
  windowsCreds: false,
  restrictedCreds: false,
  restrictMappingCreate: false,
};

/** Tickets are checked and expire unless somebody decides otherwise. */
const TICKETS_CHECKED = { validateTickets: true, timeoutTickets: true };

const DEFAULTS: Readonly<Record<ApplicationType, Flags>> = {
  individual: { ...NONE, ...TICKETS_CHECKED, windowsInitiatedSso: true, validatePassword: true },
  group: { ...NONE, ...TICKETS_CHECKED, windowsInitiatedSso: true },
  "host-group": { ...NONE, hostInitiatedSso: true, validatePassword: true },
  "config-store": NONE,
};

export function defaultFlags(type: ApplicationType): Flags {
  return DEFAULTS[type];
}

/** What a type of application has no use for: setting it is a mistake, and is said to be one. */
const NOT_FOR: Readonly<Record<ApplicationType, readonly (keyof Flags)[]>> = {
  individual: ["restrictedCreds"],
  group: [
    "hostInitiatedSso",
    "validatePassword",
    "windowsCreds",
    "directPasswordSync",
    "restrictMappingCreate",
  ],
  "host-group": [
    "windowsInitiatedSso",
    "allowTickets",
    "validateTickets",
    "timeoutTickets",
    "windowsCreds",
    "restrictedCreds",
    "directPasswordSync",
    "restrictMappingCreate",
  ],
  "config-store": [
    "windowsInitiatedSso",
    "hostInitiatedSso",
    "validatePassword",
    "allowTickets",
    "validateTickets",
    "timeoutTickets",
    "windowsCreds",
    "restrictedCreds",
    "directPasswordSync",
    "restrictMappingCreate",
  ],
};

/** What a type of application has no use for. */
export function unfitFlags(type: ApplicationType): readonly (keyof Flags)[] {
  return NOT_FOR[type];
}

/** Why these flags do not fit the type; undefined if they do. */
export function flagsProblem(type: ApplicationType, flags: Flags): string | undefined {
  const unfit = NOT_FOR[type].find((flag) => flags[flag]);
  return unfit === undefined ? undefined : `flags.${unfit}: not for an application of type ${type}`;
}
