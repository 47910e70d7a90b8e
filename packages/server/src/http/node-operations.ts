import type { SecretBytes } from "@chatelaine/crypto";
import type {
  BackupMade,
  BackupParameters,
  BackupReport,
  Health,
  NodeStatus,
  RestoreReport,
  SecretStatus,
  VerifyParameters,
} from "@chatelaine/protocol";
import type { Caller } from "../domain/access/caller.ts";

/** What the routes ask of a node; one use case each. */
export interface NodeOperations {
  health(): Health;
  metrics(): Promise<string>;
  status(): Promise<NodeStatus>;
  secretStatus(): Promise<SecretStatus>;
  backup(
    caller: Caller,
    parameters: BackupParameters,
    passphrase: SecretBytes,
  ): Promise<{ readonly made: BackupMade; readonly file: Uint8Array }>;
  verifyBackup(
    caller: Caller,
    parameters: VerifyParameters,
    passphrase: SecretBytes,
    file: Uint8Array,
  ): Promise<BackupReport>;
  restore(caller: Caller, passphrase: SecretBytes, file: Uint8Array): Promise<RestoreReport>;
}
