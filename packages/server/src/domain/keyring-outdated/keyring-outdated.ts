import type { ErrorCode } from "@chatelaine/protocol";
import { CodedError, type CodedErrorDetails } from "../../base/coded-error.ts";

/** What a keyring lacks: a version that a value or stamp names, or the one that seals now. */
export type KeyringNeed =
  { readonly kind: "version"; readonly number: number } | { readonly kind: "primary" };

/**
 * Work met what the keyring held cannot do and a newer one may: nothing was changed, and after a
 * refresh the work may be begun again. To callers it is the error of its code.
 */
export class KeyringOutdated extends CodedError {
  readonly need: KeyringNeed;

  constructor(need: KeyringNeed, code: ErrorCode, details: CodedErrorDetails = {}) {
    super(code, details);
    this.need = need;
  }
}
