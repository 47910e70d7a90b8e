import { hostname } from "node:os";
import { resolve } from "node:path";
import type { SecretBytes } from "@chatelaine/crypto";
import type { BackupPlace } from "../domain/backup/backup-store.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import { localAdministrator } from "../domain/access/caller.ts";
import { RowGuard } from "../domain/stamp/row-guard.ts";
import { createSystem, type CreatedSystem, type NewFile } from "../domain/system/create-system.ts";
import { readWholeFile, removeFile, writeNewFile } from "../platform/files.ts";
import { ageBackupCipher } from "./age-backup-cipher.ts";
import { databaseLocation } from "./database-location.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import type { DatabaseLocator } from "./database-locator.ts";
import { StateDirectory } from "./state-directory.ts";

/** Where a new or recovered node keeps its state and finds its database. */
export interface NodePlace {
  readonly stateDirectory: string;
  /** PostgreSQL; undefined: SQLite. */
  readonly databaseUrl: string | undefined;
  /** SQLite file; undefined: inside the state directory. */
  readonly databaseFile: string | undefined;
}

export interface InitRequest extends NodePlace {
  readonly backupFile: string;
  readonly passphrase: SecretBytes;
  readonly place: BackupPlace;
  /** For people, in status and backups; undefined: the name of the machine. */
  readonly nodeName: string | undefined;
}

const NO_EVENTS: EventSink = { raise: () => undefined };

/** `chatelaine init`: a system, its first node, version 1 and the first backup, or nothing. */
export async function initSystem(request: InitRequest): Promise<CreatedSystem> {
  const directory = new StateDirectory(request.stateDirectory);
  directory.assertOutside(request.backupFile);
  const locator = locatorOf(directory, request);
  const location = await databaseLocation(SYSTEM_EFFECTS, locator, () =>
    Promise.resolve(request.databaseUrl ?? ""),
  );
  return createSystem(
    {
      location,
      stateDirectory: directory.create(locator, request.databaseUrl, "system-exists"),
      backupFile: newFile(resolve(request.backupFile)),
      cipher: ageBackupCipher,
      guard: new RowGuard(NO_EVENTS),
      effects: SYSTEM_EFFECTS,
    },
    localAdministrator("process", ""),
    {
      nodeName: request.nodeName ?? defaultNodeName(),
      passphrase: request.passphrase,
      place: request.place,
    },
  );
}

export function locatorOf(directory: StateDirectory, place: NodePlace): DatabaseLocator {
  return place.databaseUrl === undefined
    ? { kind: "sqlite", path: resolve(place.databaseFile ?? directory.embeddedDatabasePath) }
    : { kind: "postgres" };
}

export function defaultNodeName(): string {
  return (
    hostname()
      .replace(/[^\x21-\x7e]/g, "-")
      .slice(0, 64) || "node"
  );
}

function newFile(path: string): NewFile {
  return {
    path,
    write: (bytes) => writeNewFile(path, bytes),
    readBack: () => readWholeFile(path),
    remove: () => removeFile(path),
  };
}
