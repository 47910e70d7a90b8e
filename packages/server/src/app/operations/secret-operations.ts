import type { KeyringSecrets } from "@chatelaine/crypto";
import type { EventCode } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../../domain/access/caller.ts";
import type { AuditAction } from "../../domain/audit/audit-action.ts";
import { recordingRefusals } from "../../domain/audit/record-refusal.ts";
import { hpkeSealing } from "../../domain/keyring/keyring-sealing.ts";
import { backupMasterSecret } from "../../domain/master-secret/backup-master-secret.ts";
import {
  restoreMasterSecret,
  type OwnPapers,
} from "../../domain/master-secret/restore-master-secret.ts";
import { renderVersions, secretStatus } from "../../domain/master-secret/secret-status.ts";
import { verifyBackup } from "../../domain/master-secret/verify-backup.ts";
import { candidacyFromBackup } from "../../domain/membership/candidacy-from-backup.ts";
import type { SecretOperations } from "../../http/node-operations.ts";
import { ageBackupCipher } from "../age-backup-cipher.ts";
import type { GetOpenNode, OpenNode } from "../open-node.ts";

export function secretOperations(open: GetOpenNode): SecretOperations {
  return {
    status: () => secretStatus(open()),
    backup: async (caller, { path }, passphrase) => {
      const node = open();
      const deps = { ...depsOf(node), access: node };
      const { backup, file } = await attempt(node, caller, "secret.backup", "backup.failed", () =>
        backupMasterSecret(deps, caller, { path, passphrase }),
      );
      const { backupId, madeAtMs } = backup;
      node.events.raise("backup.made", { backupId });
      const { systemId, name: nodeName } = node.self;
      const versions = renderVersions(node.service.charter);
      return { made: { backupId, systemId, nodeName, madeAtMs, versions }, file };
    },
    verifyBackup: async (caller, { path }, passphrase, file) => {
      const node = open();
      const access = { trust: node.trust, keyring: node.keyring, identity: node.self };
      const deps = { ...depsOf(node), access };
      const { backup, nodeName } = await attempt(
        node,
        caller,
        "secret.backup.verify",
        "backup.failed",
        () => verifyBackup(deps, caller, { path, passphrase, file }),
      );
      const { backupId, madeAtMs, place } = backup;
      node.events.raise("backup.verified", { backupId });
      const versions = renderVersions(node.service.charter);
      return { backupId, systemId: node.self.systemId, nodeName, madeAtMs, versions, place };
    },
    restore: async (caller, passphrase, file) => {
      const node = open();
      const { service } = node;
      const role = {
        fenced: service.loop.fenced.bind(service.loop),
        becomeMaster: service.becomeMaster.bind(service),
      };
      const access = { trust: node.trust, holder: node.keyring };
      const sealing = hpkeSealing(node.random);
      const deps = { ...depsOf(node), role, access, sealing, effects: node };
      const prepareCandidacy = (secrets: KeyringSecrets, own: OwnPapers) =>
        candidacyFromBackup(deps, secrets, own);
      const restoredVersions = await attempt(
        node,
        caller,
        "secret.restore",
        "master-secret.restore-failed",
        () => restoreMasterSecret({ ...deps, prepareCandidacy }, caller, { passphrase, file }),
      );
      node.events.raise("master-secret.restored", { versions: restoredVersions.join(" ") });
      return { restoredVersions, health: service.health() };
    },
  };
}

function depsOf(node: OpenNode) {
  const { database, self } = node;
  return { database, self, role: node.service.loop, cipher: ageBackupCipher, records: node };
}

/** A failure raises its event, and a refusal is audited, whoever was refused what (P10). */
async function attempt<T>(
  node: OpenNode,
  caller: Caller,
  action: AuditAction,
  failed: EventCode,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await recordingRefusals(node, caller, action, run);
  } catch (error) {
    const code = error instanceof CodedError ? error.code : "internal";
    node.events.raise(failed, { code });
    throw error;
  }
}
