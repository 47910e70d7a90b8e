import type { ErrorCode, EventCode } from "@chatelaine/protocol";
import type { Observation } from "./observe.ts";

/**
 * What becomes of an attack:
 *
 *   refused            the node says so, with a code and, where it can tell, an alarm
 *   less access        something stops working; nobody gets anything
 *   harmless           no node decides anything by it
 *   documented replay  one row's own earlier state is believed, as docs/threat-model.md says
 */
export type OutcomeClass = "refused" | "less access" | "harmless" | "documented replay";

export interface Expectation {
  readonly outcome: OutcomeClass;
  readonly why: string;
  /** What differs from a node that nobody has attacked; everything else must be the same. */
  readonly changes: Observation;
  /** Whether the node starts at all; if not, `changes` is all there is. */
  readonly starts: boolean;
  /** What may be observed as well, where chance decides: which of two rows is read, say. */
  readonly or?: Expectation;
}

type Step = Readonly<Record<string, ErrorCode | "broken">>;

export function refused(why: string, steps: Step, alarm: EventCode | "" = ""): Expectation {
  return { outcome: "refused", why, changes: { ...steps, alarms: alarm }, starts: true };
}

export function lessAccess(why: string, changes: Observation): Expectation {
  return { outcome: "less access", why, changes, starts: true };
}

export function harmless(why: string): Expectation {
  return { outcome: "harmless", why, changes: {}, starts: true };
}

/** As `harmless`; it is chance whether the node reads it before its own claim, and then it tells. */
export function harmlessOrTold(why: string, alarm: EventCode): Expectation {
  return { ...harmless(why), or: { ...harmless(why), changes: { alarms: alarm } } };
}

export function documentedReplay(why: string, changes: Observation = {}): Expectation {
  return { outcome: "documented replay", why, changes, starts: true };
}

/** The node does not start on this database. */
export function notStarted(
  why: string,
  code: ErrorCode | "broken",
  alarm: EventCode | "" = "",
): Expectation {
  return { outcome: "refused", why, changes: { start: code, alarms: alarm }, starts: false };
}

/** What must be observed, given what is observed without an attack. */
export function expectedAfter(untouched: Observation, expectation: Expectation): Observation {
  return expectation.starts ? { ...untouched, ...expectation.changes } : expectation.changes;
}

const NO_SEAL = "master-secret-server-unavailable";
const NO_SECRET = "master-secret-unavailable";

const NO_ROLE = "not-master-secret-server";

/** Only the master secret server admits anybody. */
export const ADMITS_NOBODY = {
  join: NO_ROLE,
  "join again": NO_ROLE,
  "join as the attacker": NO_ROLE,
} as const;

/** Without the role the node reads and says so. */
export const NOT_MASTER = {
  ...ADMITS_NOBODY,
  role: "not master",
  "roll back": NO_SEAL,
  repeat: NO_SEAL,
  create: NO_SEAL,
  "seal orders": NO_SEAL,
  "seal billing": NO_SEAL,
  "seal new": NO_SEAL,
  "import bindings": NO_SEAL,
  backup: NO_SEAL,
  verify: NO_SEAL,
} as const;

/** The database lets nothing be sealed under the node's version. */
export const SEALS_NOTHING = {
  "roll back": NO_SEAL,
  "seal orders": NO_SEAL,
  "seal billing": NO_SEAL,
  "seal new": NO_SEAL,
} as const;

/** Without a keyring the node waits for `secret restore`. */
export const NO_KEYRING = {
  ...ADMITS_NOBODY,
  role: "not master",
  "get orders": NO_SECRET,
  "get billing": NO_SECRET,
  "get stranger": NO_SECRET,
  "reveal orders/password": NO_SECRET,
  "reveal orders/account": NO_SECRET,
  "reveal orders/stranger": NO_SECRET,
  "reveal billing/password": NO_SECRET,
  "reveal billing/account": NO_SECRET,
  "reveal shipping/password": NO_SECRET,
  status: "not backed up: 0 believed, 0 verified",
  "token admin": NO_SECRET,
  "token reader": NO_SECRET,
  "token revoked": NO_SECRET,
  "token of the attacker": NO_SECRET,
  tokens: NO_SECRET,
  history: NO_SECRET,
  "roll back": NO_SECRET,
  repeat: NO_SECRET,
  create: NO_SECRET,
  "seal orders": NO_SECRET,
  "seal billing": NO_SECRET,
  "seal new": NO_SECRET,
  "list bindings": NO_SECRET,
  "reveal bindings/partners": NO_SECRET,
  "reveal bindings/others": NO_SECRET,
  "import bindings": NO_SECRET,
  backup: NO_SECRET,
  verify: NO_SECRET,
} as const;

/** An application's row is not believed, so nothing of the application is. */
export function applicationRefused(...names: readonly ("orders" | "billing")[]): Step {
  const code = "row-not-authentic";
  return {
    ...(names.includes("orders") && {
      "get orders": code,
      "reveal orders/password": code,
      "reveal orders/account": code,
      "reveal orders/stranger": code,
      "seal orders": code,
    }),
    ...(names.includes("billing") && {
      "get billing": code,
      "reveal billing/password": code,
      "reveal billing/account": code,
      "seal billing": code,
      "seal new": code,
    }),
  };
}
