import type { SecretOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";
import { bytesPart, secretPart } from "./parts.ts";

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
