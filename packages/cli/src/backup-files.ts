import { basename } from "node:path";
import { fromHex, parseSystemId, toHex } from "@chatelaine/crypto";
import type { BackupMade } from "@chatelaine/protocol";
import { writeNewFile, type CreatedSystem } from "@chatelaine/server";
import { assertFileFree } from "./new-file.ts";

/** Writes `FILE.txt`: what the backup is and how to use it, for whoever finds it in ten years. */
export async function writeCompanion(
  path: string,
  made: BackupMade,
  reminder: string | undefined,
): Promise<void> {
  const { backupCompanionText } = await import("@chatelaine/backup");
  const text = backupCompanionText({
    fileName: basename(path),
    systemId: parseSystemId(made.systemId),
    backupId: made.backupId,
    createdAtMs: made.madeAtMs,
    nodeName: made.nodeName,
    versions: made.versions.flatMap(({ number, state, checkValue }) =>
      state === "destroyed" ? [] : [{ number, state, checkValue: fromHex(checkValue) }],
    ),
    ...(reminder !== undefined && { reminder }),
  });
  await writeNewFile(companionPath(path), new TextEncoder().encode(text));
}

/** The first backup of a system, as the node would tell of it. */
export function firstBackup({ founded, backup }: CreatedSystem): BackupMade {
  const { backupId, madeAtMs } = backup;
  const { systemId, name: nodeName } = founded.self;
  const versions = founded.charter.versions.map(({ number, state, checkValue }) => ({
    number,
    state,
    checkValue: toHex(checkValue),
  }));
  return { backupId, systemId, nodeName, madeAtMs, versions };
}

/** Throws `file-exists`, `file-unwritable` before anything is made, or recorded by the node. */
export async function assertBackupFree(path: string): Promise<void> {
  await assertFileFree(path);
  await assertFileFree(companionPath(path));
}

export function companionPath(path: string): string {
  return `${path}.txt`;
}
