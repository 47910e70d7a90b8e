import { SecretBytes } from "@chatelaine/crypto";
import { invariant } from "../../base/invariant.ts";
import type { SecretOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";

export function secretHandlers(secret: SecretOperations): HandlersOf<"secret"> {
  return {
    "secret.status": async () => ({ json: await secret.status() }),
    "secret.backup": async ({ caller, json, parts }) => {
      using passphrase = secretPart(parts, 0);
      const { made, file } = await secret.backup(caller, json, passphrase);
      return { json: made, parts: [file] };
    },
    "secret.backup.verify": async ({ caller, json, parts }) => {
      using passphrase = secretPart(parts, 0);
      return { json: await secret.verifyBackup(caller, json, passphrase, bytesPart(parts, 1)) };
    },
    "secret.restore": async ({ caller, parts }) => {
      using passphrase = secretPart(parts, 0);
      return { json: await secret.restore(caller, passphrase, bytesPart(parts, 1)) };
    },
  };
}

function secretPart(parts: readonly Uint8Array[], index: number): SecretBytes {
  return SecretBytes.copyOf(bytesPart(parts, index));
}

function bytesPart(parts: readonly Uint8Array[], index: number): Uint8Array {
  const part = parts[index];
  invariant(part !== undefined, "the route table promised this part");
  return part;
}
