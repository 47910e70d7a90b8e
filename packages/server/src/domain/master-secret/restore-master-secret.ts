import {
  Keyring,
  SecretBytes,
  sealKeyring,
  type KeyringSecrets,
  type RandomSource,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { KeyringHolder } from "../keyring/keyring-holder.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { NodeReader } from "../node/node-store.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { BackupCipher } from "./backup-cipher.ts";
import { asCharterSays, assertOfSystem, openBackup } from "./open-backup.ts";

/** What a restore writes. */
export interface RestoredStores {
  readonly sealedKeyrings: SealedKeyringStore;
  readonly audit: AuditStore;
}

export interface RestoreDeps {
  readonly database: Reads<{ readonly charter: CharterReader; readonly nodes: NodeReader }>;
  /** `becomeMaster` resolves when this node is master secret server, or throws. */
  readonly role: MasterRole<RestoredStores> & { becomeMaster(): Promise<void> };
  readonly access: { readonly trust: Trust; readonly holder: KeyringHolder };
  readonly self: NodeSelf;
  readonly cipher: BackupCipher;
  readonly effects: { readonly auditor: Auditor; readonly random: RandomSource };
}

/**
 * Gives this node the master secret from a backup file: it can read at once, becomes master
 * secret server if the role is free, and then has the keyring sealed to its own key again.
 * Returns the versions restored. Throws, before anything is changed, `backup-wrong-system`,
 * `backup-lacks-version`, `statement-not-authentic`, and what `openBackup` throws.
 */
export async function restoreMasterSecret(
  deps: RestoreDeps,
  caller: Caller,
  request: { readonly file: Uint8Array; readonly passphrase: SecretBytes },
): Promise<readonly number[]> {
  const contents = await openBackup(deps.cipher, request.file, request.passphrase);
  try {
    assertOfSystem(contents, deps.self);
    const charter = await deps.database.read(async (stores) => {
      const found = await deps.access.trust.charter(stores);
      await deps.access.trust.ownWarrant(stores, found, deps.self);
      return found;
    });
    const secrets = asCharterSays(contents.secrets, charter);
    const { nodeId, keys } = deps.self;
    const sealed = await sealKeyring(
      secrets,
      { nodeId, role: "candidate", hpkeKey: keys.publicKeys.hpkeKey },
      deps.effects.random,
    );
    deps.access.holder.opened(copyRing(secrets));
    await deps.role.becomeMaster();
    await deps.role.fenced("secret.restore", async (stores) => {
      await stores.sealedKeyrings.put({ nodeId, revision: secrets.revision, sealed });
      await stores.audit.record(deps.effects.auditor.entry(caller, "secret.restore", { nodeId }));
    });
    return secrets.versions.map(({ number }) => number);
  } finally {
    eraseKeyringSecrets(contents.secrets);
  }
}

/** A ring of its own copies, so that the backup's can be erased. */
export function copyRing(secrets: KeyringSecrets): Keyring {
  const versions = secrets.versions.map(({ number, state, secret }) => ({
    number,
    state,
    secret: secret.use((bytes) => SecretBytes.copyOf(bytes)),
  }));
  return Keyring.of(secrets.systemId, versions, secrets.revision);
}
