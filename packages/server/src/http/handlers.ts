import { SecretBytes } from "@chatelaine/crypto";
import { invariant } from "../base/invariant.ts";
import type { NodeOperations } from "./node-operations.ts";
import type { Handlers } from "./route.ts";

/** A handler for each route of the table: one use case, and its answer. */
export function makeHandlers(node: NodeOperations): Handlers {
  return {
    "health.live": async () => ({ json: { live: true } }),
    "health.ready": async () => {
      const health = node.health();
      return { status: health.canRead ? 200 : 503, json: health };
    },
    "metrics.read": async () => ({ json: await node.metrics() }),
    "status.read": async () => ({ json: await node.status() }),
    "secret.status": async () => ({ json: await node.secretStatus() }),
    "secret.backup": async ({ caller, json, parts }) => {
      using passphrase = secretPart(parts, 0);
      const { made, file } = await node.backup(caller, json, passphrase);
      return { json: made, parts: [file] };
    },
    "secret.backup.verify": async ({ caller, json, parts }) => {
      using passphrase = secretPart(parts, 0);
      return { json: await node.verifyBackup(caller, json, passphrase, bytesPart(parts, 1)) };
    },
    "secret.restore": async ({ caller, parts }) => {
      using passphrase = secretPart(parts, 0);
      return { json: await node.restore(caller, passphrase, bytesPart(parts, 1)) };
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
