import { join, resolve } from "node:path";
import { SecretBytes, concat } from "@chatelaine/crypto";
import {
  CodedError,
  StateDirectory,
  ensurePrivateDirectory,
  fileExists,
  initSystem,
  removeFile,
  systemRandom,
  writeNewFile,
} from "@chatelaine/server";
import { firstBackup, writeCompanion } from "./backup-files.ts";

/** A trial system lies where it was started. */
export const TRIAL_STATE_DIRECTORY = "data";
const BACKUP_DIRECTORY = "trial-backup";
const BACKUP_FILE = join(BACKUP_DIRECTORY, "master-secret.age");
const PASSPHRASE_FILE = join(BACKUP_DIRECTORY, "passphrase.txt");
const EXAMPLES = join("examples", "bindings");

export type TrialMade = "made" | "found";

/** Makes the trial system if there is none. Asks nothing, and overwrites nothing. */
export async function ensureTrialSystem(): Promise<TrialMade> {
  if (await new StateDirectory(TRIAL_STATE_DIRECTORY).isThere()) {
    return "found";
  }
  for (const file of [BACKUP_FILE, PASSPHRASE_FILE]) {
    if (await fileExists(file)) {
      throw new CodedError("file-exists", {
        detail:
          `${file} is of an earlier trial whose ./${TRIAL_STATE_DIRECTORY} is gone; ` +
          `move ./${BACKUP_DIRECTORY} away to start anew`,
      });
    }
  }
  const { generatePassphrase } = await import("@chatelaine/backup");
  using passphrase = generatePassphrase(systemRandom);
  const backupFile = resolve(BACKUP_FILE);
  await ensurePrivateDirectory(BACKUP_DIRECTORY);
  using line = SecretBytes.take(passphrase.use((bytes) => concat(bytes, NEWLINE)));
  // First: a process that dies in between leaves a passphrase without a backup, not the reverse.
  await line.use((bytes) => writeNewFile(PASSPHRASE_FILE, bytes));
  try {
    const created = await initSystem({ ...TRIAL, backupFile, passphrase });
    await writeCompanion(backupFile, firstBackup(created), undefined);
    return "made";
  } catch (error) {
    if (!(await fileExists(backupFile))) {
      await removeFile(PASSPHRASE_FILE);
    }
    throw error;
  }
}

const TRIAL = {
  stateDirectory: TRIAL_STATE_DIRECTORY,
  databaseUrl: undefined,
  databaseFile: undefined,
  place: "trial",
  nodeName: "trial",
} as const;

const NEWLINE = new Uint8Array([0x0a]);

export interface TrialFacts {
  readonly software: string;
  readonly url: string;
  readonly systemId: string;
  readonly made: TrialMade;
  readonly seconds: number;
  readonly isStillTrial: boolean;
  readonly hasExamples: boolean;
}

/** Whether it was started in a clone: only there are files to try, and only there npx finds us. */
export function hasExamples(): Promise<boolean> {
  return fileExists(EXAMPLES);
}

/** What `npm start` says: what it made, whether it is a trial still, and what to try next. */
export function trialBanner(facts: TrialFacts): readonly string[] {
  const { software, url, systemId, made, seconds, isStillTrial } = facts;
  const have = made === "made" ? "made " : "found";
  return [
    "",
    `chatelaine ${software}  ready on ${url} after ${seconds.toFixed(1)} s  (Ctrl-C stops it)`,
    "",
    `  ${have} ./${TRIAL_STATE_DIRECTORY}          system ${systemId}: SQLite database, node key`,
    ...(made === "made"
      ? [`  made  ./${BACKUP_DIRECTORY}  the master secret's backup, and its passphrase`]
      : []),
    "",
    ...(isStillTrial
      ? [...TRIAL_NOTICE, `  ${facts.hasExamples ? IN_CLONE : ""}${BACKUP}`, ""]
      : []),
    "In a second terminal:",
    "",
    ...(facts.hasExamples ? TO_TRY_IN_A_CLONE : TO_TRY).map((command) => `  ${command}`),
    "",
  ];
}

const IN_CLONE = "npx --no ";
const BACKUP = "chatelaine secret backup --to /ANOTHER/DISK/master-secret.age";
const VERIFY = `chatelaine secret backup verify ${BACKUP_FILE} --passphrase-file ${PASSPHRASE_FILE}`;

const TO_TRY_IN_A_CLONE = [
  `npx --no chatelaine bindings import ${EXAMPLES}/*.xml`,
  "npx --no chatelaine bindings list",
  "npx --no chatelaine config get Contoso.Partners/SFTP send-port/SendToNorthwind/primary --reveal",
  IN_CLONE + VERIFY,
];

const TO_TRY = [
  "chatelaine bindings import FILE.xml --dry-run",
  "chatelaine application create Orders --type config-store --field url --field password:masked --enable",
  "chatelaine config set Orders db/main url=tcp://db.example:5432 --secret password",
  "chatelaine config get Orders db/main --reveal",
  VERIFY,
];

const TRIAL_NOTICE = [
  "This is a TRIAL until a backup elsewhere has been verified: the only backup lies on the same",
  "disk as what it is to save, beside its passphrase. To end the trial:",
  "",
];
