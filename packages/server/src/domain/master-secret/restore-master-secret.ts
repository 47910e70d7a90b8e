import {
  Keyring,
  SecretBytes,
  type Charter,
  type KeyringSecrets,
  type Warrant,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { KeyringHolder } from "../keyring/keyring-holder.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { FenceAndLease } from "../mastership/mastership-store.ts";
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

/** `Candidacy`: what makes a candidate of a member, in the claim itself. */
export interface RestoreDeps<Candidacy = unknown> {
  readonly database: Reads<{ readonly charter: CharterReader; readonly nodes: NodeReader }> & {
    readonly mastership: { read(): Promise<FenceAndLease> };
  };
  /** `becomeMaster` resolves when this node is master secret server, or throws. */
  readonly role: MasterRole<RestoredStores> & {
    becomeMaster(candidacy?: Candidacy): Promise<void>;
  };
  readonly prepareCandidacy: (secrets: KeyringSecrets, own: OwnPapers) => Promise<Candidacy>;
  readonly access: { readonly trust: Trust; readonly holder: KeyringHolder };
  readonly self: NodeSelf;
  readonly cipher: BackupCipher;
  readonly sealing: KeyringSealing;
  readonly effects: { readonly auditor: Auditor };
}

/** The charter, and this node's warrant; each with its note. */
export interface OwnPapers {
  readonly charter: Charter;
  readonly charterNote: string;
  readonly warrant: Warrant;
  readonly warrantNote: string;
}

/**
 * Gives this node the master secret from a backup file: it can read at once, becomes master
 * secret server if the role is free, and then has the keyring sealed to its own key again. A member
 * must be designated, and becomes a candidate. Returns the versions restored. Throws, before
 * anything is changed, `node-not-designated`, `backup-wrong-system`, `backup-lacks-version`,
 * `statement-not-authentic`, and what `openBackup` throws.
 */
export async function restoreMasterSecret<Candidacy>(
  deps: RestoreDeps<Candidacy>,
  caller: Caller,
  request: { readonly file: Uint8Array; readonly passphrase: SecretBytes },
): Promise<readonly number[]> {
  const contents = await openBackup(deps.cipher, request.file, request.passphrase);
  try {
    assertOfSystem(contents, deps.self);
    const found = await readPapers(deps);
    await assertMayRestore(deps, found);
    const secrets = asCharterSays(contents.secrets, found.charter);
    const { nodeId, keys } = deps.self;
    const { hpkeKey } = keys.publicKeys;
    const sealed = await deps.sealing.seal(secrets, { nodeId, role: "candidate", hpkeKey });
    const isMember = found.warrant.role === "member";
    const candidacy = isMember ? await deps.prepareCandidacy(secrets, found) : undefined;
    deps.access.holder.opened(copyRing(secrets));
    await deps.role.becomeMaster(candidacy);
    await deps.role.fenced("secret.restore", async (stores) => {
      await stores.sealedKeyrings.put({ nodeId, revision: secrets.revision, sealed });
      await stores.audit.record(deps.effects.auditor.entry(caller, "secret.restore", { nodeId }));
    });
    return secrets.versions.map(({ number }) => number);
  } finally {
    eraseKeyringSecrets(contents.secrets);
  }
}

function readPapers({
  database,
  access: { trust },
  self,
}: Pick<RestoreDeps, "database" | "access" | "self">): Promise<OwnPapers> {
  return database.read(async (stores) => {
    const charter = await trust.charter(stores);
    const warrant = await trust.ownWarrant(stores, charter, self);
    const charterNote = (await stores.charter.find())?.note ?? "";
    const warrantNote = (await stores.nodes.find(self.nodeId))?.warrant ?? "";
    return { charter, charterNote, warrant, warrantNote };
  });
}

/** A member is no candidate unless an administrator said that it is to be master secret server. */
async function assertMayRestore(
  deps: Pick<RestoreDeps, "database" | "self">,
  { warrant }: OwnPapers,
): Promise<void> {
  if (warrant.role === "candidate") {
    return;
  }
  const { fence } = await deps.database.mastership.read();
  if (fence.designatedNode !== deps.self.nodeId) {
    throw new CodedError("node-not-designated", {
      detail: "this node is a member; designate it first: `chatelaine master designate NODE`",
    });
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
