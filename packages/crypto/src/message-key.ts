import { createSecretKey } from "node:crypto";
import { MacKey } from "./mac-key.ts";
import type { SecretBytes } from "./secret-bytes.ts";

/**
 * A key for HMAC-SHA-256 (RFC 2104) that two programs share, to know each other's messages by. Of
 * any length, but it is only as good as what it was drawn from. The secret is copied.
 */
export function messageKey(secret: SecretBytes): MacKey {
  return secret.use((bytes) => new MacKey(createSecretKey(bytes)));
}
