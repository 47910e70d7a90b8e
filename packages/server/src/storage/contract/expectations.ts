import assert from "node:assert/strict";
import type { ErrorCode } from "@chatelaine/protocol";
import { isCoded } from "../../base/coded-error.ts";
import { Defect } from "../../base/invariant.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";

export function rejectsWith(
  work: Promise<unknown>,
  ...codes: readonly [ErrorCode, ...ErrorCode[]]
): Promise<void> {
  return assert.rejects(work, (error) => {
    assert.ok(isCoded(error, ...codes), `expected ${codes.join(" or ")}, not ${String(error)}`);
    return true;
  });
}

/** The database itself refuses: a check, a key or a reference would be broken. */
export function rejectsAsDefect(work: Promise<unknown>): Promise<void> {
  return assert.rejects(work, Defect);
}

/** What a test throws to see it come back. */
export class Planted extends Error {}

export function rejectsAsPlanted(work: Promise<unknown>): Promise<void> {
  return assert.rejects(work, Planted);
}

/** Whether the work has still not ended after far more round trips than it needs itself. */
export async function isWaiting(work: Promise<unknown>, database: SsoDatabase): Promise<boolean> {
  let hasEnded = false;
  const ended = (): void => {
    hasEnded = true;
  };
  work.then(ended, ended);
  for (let reads = 0; reads < 50; reads++) {
    await database.mastership.read();
  }
  return !hasEnded;
}
