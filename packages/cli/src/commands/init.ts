import { resolve } from "node:path";
import { StateDirectory, initSystem, readWholeFile, systemRandom } from "@chatelaine/server";
import { assertBackupFree, companionPath, firstBackup, writeCompanion } from "../backup-files.ts";
import { answer, type CommandContext, type GlobalOptions } from "../command-context.ts";
import { pairs } from "../output.ts";
import { assertReminderFit, newPassphrase } from "../passphrase.ts";
import { findStateDirectory } from "../state-dir.ts";

export interface PlaceOptions extends GlobalOptions {
  readonly databaseUrlFile?: string;
  readonly databaseFile?: string;
  readonly name?: string;
  readonly passphraseFile?: string;
}

export interface InitOptions extends PlaceOptions {
  readonly backupTo: string;
  readonly reminder?: string;
}

/** `chatelaine init`. */
export async function init(context: CommandContext, options: InitOptions): Promise<void> {
  const { terminal, environment } = context;
  const stateDirectory = findStateDirectory(options.stateDir, environment);
  const backupFile = resolve(options.backupTo);
  new StateDirectory(stateDirectory).assertOutside(backupFile);
  await assertBackupFree(backupFile);
  using passphrase = await newPassphrase(terminal, options.passphraseFile, systemRandom);
  const reminder = await chosenReminder(context, options);
  await assertReminderFit(reminder, passphrase);
  const created = await initSystem({
    ...(await nodePlace(stateDirectory, options)),
    backupFile,
    passphrase,
    place: "chosen",
    nodeName: options.name,
  });
  const { systemId, nodeId, name: nodeName } = created.founded.self;
  const { backupId } = created.backup;
  await writeCompanion(backupFile, firstBackup(created), reminder);
  answer(context, options, { systemId, nodeId, stateDirectory, backupFile, backupId }, [
    ...pairs([
      ["system", systemId],
      ["node", `${nodeName} (${nodeId})`],
      ["state directory", stateDirectory],
      ["backup", `${backupFile}, read back and opened`],
      ["", `${companionPath(backupFile)} says how to use it`],
    ]),
    "",
    "Move the backup to another machine, keep its passphrase somewhere else, then:",
    `  chatelaine start --state-dir ${stateDirectory}`,
  ]);
}

async function chosenReminder(
  { terminal }: CommandContext,
  options: InitOptions,
): Promise<string | undefined> {
  if (options.reminder !== undefined || options.passphraseFile !== undefined) {
    return options.reminder;
  }
  const typed = await terminal.ask("reminder, kept in clear beside the backup (empty: none): ");
  return typed === "" ? undefined : typed;
}

/** Where the node of these options keeps its state and finds its database. */
export async function nodePlace(
  stateDirectory: string,
  options: PlaceOptions,
): Promise<{
  stateDirectory: string;
  databaseUrl: string | undefined;
  databaseFile: string | undefined;
}> {
  const { databaseUrlFile, databaseFile } = options;
  const databaseUrl =
    databaseUrlFile === undefined
      ? undefined
      : new TextDecoder().decode(await readWholeFile(databaseUrlFile)).trim();
  return { stateDirectory, databaseUrl, databaseFile };
}
