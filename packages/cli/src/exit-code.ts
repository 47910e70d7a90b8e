import { ERRORS, type ErrorCode, type Remedy } from "@chatelaine/protocol";

/** Exit codes, by what can be done about the failure. 0 is success. */
export const EXIT = { internal: 1, usage: 2 } as const;

const BY_REMEDY = {
  "fix-request": 3,
  authenticate: 4,
  "retry-here": 5,
  "retry-elsewhere": 6,
  operator: 7,
} as const satisfies Record<Remedy, number>;

export function exitCodeOf(code: ErrorCode): number {
  return code === "internal" ? EXIT.internal : BY_REMEDY[ERRORS[code].remedy];
}
