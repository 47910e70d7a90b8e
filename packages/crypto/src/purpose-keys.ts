import type { KeyObject } from "node:crypto";
import { encodeFields, u32 } from "./fields.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { invariant } from "./invariant.ts";
import type { SecretBytes } from "./secret-bytes.ts";
import { systemIdBytes, type SystemId } from "./system-id.ts";
import { text } from "./text.ts";

/** Everything a master secret may be used for. The list is closed (docs/formats/keys.md). */
export type Purpose = "value" | "system-value" | "ticket" | "stamp" | "idempotency" | "check";

/** One version of one system's master secret, 32 bytes. */
export interface MasterSecret {
  readonly systemId: SystemId;
  readonly number: number;
  readonly secret: SecretBytes;
}

/** The length of a master secret and of every key derived from it, in bytes. */
export const MASTER_SECRET_BYTES = 32;

const APPLICATION_ID_BYTES_MAX = 255;
const SALT = "chatelaine/v1";

/** The key for a purpose which has one key per version. */
export function derivePurposeKey(
  master: MasterSecret,
  purpose: Exclude<Purpose, "value">,
): KeyObject {
  return derive(master, purpose, "", 0);
}

/** The key for the values of one application in one generation. */
export function deriveApplicationKey(
  master: MasterSecret,
  applicationId: string,
  generation: number,
): KeyObject {
  invariant(applicationId !== "", "an application has an id");
  return derive(master, "value", applicationId, generation);
}

function derive(
  master: MasterSecret,
  purpose: Purpose,
  applicationId: string,
  generation: number,
): KeyObject {
  const application = text(applicationId);
  invariant(application.length <= APPLICATION_ID_BYTES_MAX, "an application id is too long");
  const info = encodeFields(
    systemIdBytes(master.systemId),
    text(purpose),
    u32(master.number),
    application,
    u32(generation),
  );
  return master.secret.use((secret) => hkdfSha256(secret, text(SALT), info, MASTER_SECRET_BYTES));
}
