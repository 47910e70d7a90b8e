import { resolve } from "node:path";
import { CryptoError, SecretBytes, decodeBackup, eraseKeyringSecrets } from "@chatelaine/crypto";
import type { BackupReport, SecretStatus } from "@chatelaine/protocol";
import { ChatelaineError, type ChatelaineClient } from "@chatelaine/sdk";
import {
  CodedError,
  StateDirectory,
  readWholeFile,
  removeFile,
  systemRandom,
  writeNewFile,
} from "@chatelaine/server";
import { assertBackupFree, companionPath, writeCompanion } from "../backup-files.ts";
import { answer, type CommandContext, type GlobalOptions } from "../command-context.ts";
import { localNode } from "../node-client.ts";
import { instant, pairs, table, yesNo } from "../output.ts";
import { assertReminderFit, existingPassphrase, newPassphrase } from "../passphrase.ts";
import { findStateDirectory } from "../state-dir.ts";

const CHECK_VALUE_SHOWN = 16;

export interface PassphraseOptions extends GlobalOptions {
  readonly passphraseFile?: string;
}

/** `chatelaine secret status`. */
export async function secretStatus(context: CommandContext, options: GlobalOptions): Promise<void> {
  const client = await localNode(context, options);
  const { json } = await client.call("secret.status");
  answer(context, options, json, statusLines(json));
}

function statusLines(status: SecretStatus): readonly string[] {
  return [
    ...table(
      ["version", "state", "check value"],
      status.versions.map(({ number, state, checkValue }) => [
        String(number),
        state,
        checkValue.slice(0, CHECK_VALUE_SHOWN),
      ]),
    ),
    "",
    ...table(
      ["backup", "made", "verified", "versions", "place", "path"],
      status.backups.map((backup) => [
        backup.backupId,
        instant(backup.madeAtMs),
        instant(backup.verifiedAtMs),
        backup.versions.join(" "),
        backup.place,
        backup.path ?? "",
      ]),
    ),
    "",
    `backed up: ${yesNo(status.isBackedUp)}`,
    ...(status.trial ? ["trial: yes, until a backup elsewhere has been verified"] : []),
  ];
}

export interface BackupOptions extends PassphraseOptions {
  readonly to?: string;
  readonly reminder?: string;
}

/** `chatelaine secret backup`: made by the node, written, read back and opened again. */
export async function backup(context: CommandContext, options: BackupOptions): Promise<void> {
  const stateDirectory = findStateDirectory(options.stateDir, context.environment);
  const client = await localNode(context, options);
  const path = resolve(targetOf(options));
  new StateDirectory(stateDirectory).assertOutside(path);
  await assertBackupFree(path);
  using passphrase = await newPassphrase(context.terminal, options.passphraseFile, systemRandom);
  const { reminder } = options;
  await assertReminderFit(reminder, passphrase);
  const parameters = { path, ...(reminder !== undefined && { reminder }) };
  const { json: made, parts } = await passphrase.use((bytes) =>
    client.call("secret.backup", { json: parameters, parts: [bytes] }),
  );
  const [file] = parts;
  if (file === undefined) {
    throw new ChatelaineError("internal", "the node sent no backup file");
  }
  await writeNewFile(path, file);
  try {
    await verifyOnNode(client, path, passphrase);
  } catch (error) {
    await removeFile(path);
    throw error;
  }
  await writeCompanion(path, made, reminder);
  answer(context, options, { ...made, path, verified: true }, [
    `backup ${made.backupId} written to ${path}, read back and opened`,
    `${companionPath(path)} says how to use it`,
    "Move it to another machine, and keep its passphrase somewhere else.",
  ]);
}

/** Not a required option of the command line: `backup verify` would need it too. */
function targetOf({ to }: BackupOptions): string {
  if (to === undefined) {
    throw new CodedError("request-invalid", {
      detail: "a backup needs a place; name a new file with --to FILE",
    });
  }
  return to;
}

async function verifyOnNode(
  client: ChatelaineClient,
  path: string,
  passphrase: SecretBytes,
): Promise<BackupReport> {
  const file = await readWholeFile(path);
  const { json } = await passphrase.use((bytes) =>
    client.call("secret.backup.verify", { json: { path }, parts: [bytes, file] }),
  );
  return json;
}

/** `chatelaine secret backup verify FILE`; without a node it opens the file and says so. */
export async function verify(
  context: CommandContext,
  given: string,
  options: PassphraseOptions,
): Promise<void> {
  const path = resolve(given);
  const file = await readWholeFile(path);
  using passphrase = await existingPassphrase(context.terminal, options.passphraseFile);
  try {
    const client = await localNode(context, options);
    const report = await verifyOnNode(client, path, passphrase);
    answer(context, options, { ...report, recorded: true }, [
      ...reportLines(report),
      "it opens, holds every version of the master secret, and was recorded as verified",
    ]);
  } catch (error) {
    if (!isWithoutNode(error)) {
      throw error;
    }
    const report = await verifyOffline(file, passphrase);
    answer(context, options, { ...report, recorded: false }, [
      ...reportLines(report),
      "it opens; no node is running here, so it was not compared with the system or recorded",
    ]);
  }
}

function isWithoutNode(error: unknown): boolean {
  return (
    (error instanceof ChatelaineError && error.code === "node-unreachable") ||
    (error instanceof CodedError && error.code === "system-not-found")
  );
}

type OfflineReport = Pick<BackupReport, "backupId" | "systemId" | "nodeName" | "madeAtMs"> & {
  readonly versions: readonly { readonly number: number }[];
};

async function verifyOffline(file: Uint8Array, passphrase: SecretBytes): Promise<OfflineReport> {
  const { BackupError, decryptBackup } = await import("@chatelaine/backup");
  try {
    using contents = await decryptBackup(file, passphrase);
    const { backupId, createdAtMs, nodeName, secrets } = decodeBackup(contents);
    const versions = secrets.versions.map(({ number }) => ({ number }));
    eraseKeyringSecrets(secrets);
    return { backupId, systemId: secrets.systemId, nodeName, madeAtMs: createdAtMs, versions };
  } catch (cause) {
    if (cause instanceof BackupError) {
      throw new CodedError(cause.code, { detail: cause.detail, cause });
    }
    if (cause instanceof CryptoError) {
      throw new CodedError("backup-not-a-backup", { cause });
    }
    throw cause;
  }
}

function reportLines(report: OfflineReport): readonly string[] {
  return pairs([
    ["backup", report.backupId],
    ["system", report.systemId],
    ["made", `${instant(report.madeAtMs)} on ${report.nodeName}`],
    ["versions", report.versions.map(({ number }) => number).join(" ")],
  ]);
}

/** `chatelaine secret restore FILE`. */
export async function restore(
  context: CommandContext,
  given: string,
  options: PassphraseOptions,
): Promise<void> {
  const client = await localNode(context, options);
  const file = await readWholeFile(resolve(given));
  using passphrase = await existingPassphrase(context.terminal, options.passphraseFile);
  const { json } = await passphrase.use((bytes) =>
    client.call("secret.restore", { json: {}, parts: [bytes, file] }),
  );
  answer(context, options, json, [
    `restored version ${json.restoredVersions.join(", ")} of the master secret`,
    `can read: ${yesNo(json.health.canRead)}, can seal: ${yesNo(json.health.canSeal)}, ` +
      `is master: ${yesNo(json.health.isMaster)}`,
  ]);
}
