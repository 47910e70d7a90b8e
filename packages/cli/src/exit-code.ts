import { ERRORS, type ErrorCode, type Remedy } from "@chatelaine/protocol";

/** Exit codes, by what can be done about the failure. 0 is success. */
export const EXIT = { internal: 1, usage: 2 } as const;

/** Of `status --check`, worst first; a node that does not answer at all is `node-unreachable`. */
export const CHECK_EXIT = { cannotRead: 10, noMaster: 11, cannotSeal: 12, nodeUnreachable: 13 };

/** A check that found something; what it is was found out without a failure. */
export class CheckFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, text: string) {
    super(text);
    this.name = "CheckFailed";
    this.exitCode = exitCode;
  }
}

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
