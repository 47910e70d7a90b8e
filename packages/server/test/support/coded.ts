import type { ErrorCode } from "@chatelaine/protocol";
import { isCoded } from "../../src/base/coded-error.ts";

/** For `assert.rejects` and `assert.throws`: a failure with this code of the error table. */
export function coded(code: ErrorCode): (error: unknown) => boolean {
  return (error) => isCoded(error, code);
}
