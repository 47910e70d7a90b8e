import { concat } from "./bytes.ts";
import { MacKey } from "./mac-key.ts";
import { derivePurposeKey, type MasterSecret } from "./purpose-keys.ts";
import { text } from "./text.ts";

const LABEL = "chatelaine/check/v1";

/**
 * The public name of a version of the master secret, 32 bytes. Whoever holds the version can
 * compute it, and nobody learns anything about the secret from it (docs/formats/keys.md).
 */
export function checkValueOf(master: MasterSecret): Uint8Array<ArrayBuffer> {
  return concat(new MacKey(derivePurposeKey(master, "check")).mac(text(LABEL)));
}
