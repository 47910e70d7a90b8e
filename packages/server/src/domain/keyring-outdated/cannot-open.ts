import { CryptoError, readSealedHeader, type Keyring } from "@chatelaine/crypto";
import { CodedError, type CodedErrorDetails } from "../../base/coded-error.ts";
import { KeyringOutdated } from "./keyring-outdated.ts";

/** Why a sealed value did not open: under a version that the ring lacks, it may after a refresh. */
export function cannotOpen(
  ring: Keyring,
  sealed: Uint8Array,
  details: CodedErrorDetails,
): CodedError {
  const number = versionOf(sealed);
  return number === undefined || ring.has(number)
    ? new CodedError("cannot-open", details)
    : new KeyringOutdated({ kind: "version", number }, "cannot-open", details);
}

function versionOf(sealed: Uint8Array): number | undefined {
  try {
    return readSealedHeader(sealed).version;
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}
