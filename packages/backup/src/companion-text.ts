/** The text that lies beside a backup file, as `FILE.txt`, for people. It holds no secret. */
import { type SystemId, toHex, type VersionState } from "@chatelaine/crypto";

const CHECK_VALUE_SHOWN = 8;

export interface CompanionFacts {
  /** Name of the backup file, without its folder. */
  readonly fileName: string;
  readonly systemId: SystemId;
  readonly backupId: string;
  readonly createdAtMs: number;
  readonly nodeName: string;
  readonly versions: readonly {
    readonly number: number;
    readonly state: VersionState;
    readonly checkValue: Uint8Array;
  }[];
  /** What its author will remember the passphrase by. */
  readonly reminder?: string;
}

/** Plain text, lines ended by newlines. */
export function backupCompanionText(facts: CompanionFacts): string {
  const file = shellWord(facts.fileName);
  return `${facts.fileName} is a backup of the master secret of a Chatelaine SSO system.

System:     ${facts.systemId}
Backup:     ${facts.backupId}
Made:       ${new Date(facts.createdAtMs).toISOString()} on node ${facts.nodeName}
${versionLines(facts).join("\n")}
${reminderLine(facts.reminder)}
Whoever has the file and its passphrase has the master secret. Keep them apart, and neither on
the machines of the system.

To see that it still opens (do so now and then):

    chatelaine secret backup verify ${file}

To bring the master secret back to a node which still has its state directory:

    chatelaine secret restore ${file}

To bring the system back when every state directory is lost and the database is there:

    chatelaine node recover --backup ${file}

It is an age file (https://age-encryption.org). To open it without Chatelaine, knowing that what
comes out is the master secret in clear, and must not be left on a disk:

    age -d ${file} | wc -c

Nothing reads this text; the backup is complete without it.
`;
}

function versionLines({ versions }: CompanionFacts): readonly string[] {
  return versions.map(({ number, state, checkValue }, index) => {
    const label = index === 0 ? "Versions:" : "";
    const check = toHex(checkValue).slice(0, CHECK_VALUE_SHOWN);
    return `${label.padEnd(11)} ${number.toString()} ${state}, check value ${check}`;
  });
}

function reminderLine(reminder: string | undefined): string {
  return reminder === undefined ? "" : `Reminder:   ${reminder}\n`;
}

/** The name as a shell reads it: as it is, or in single quotes (POSIX shell, 2.2.2). */
function shellWord(name: string): string {
  return /^[A-Za-z0-9._/+:@%][A-Za-z0-9._/+:@%-]*$/.test(name)
    ? name
    : `'${name.replaceAll("'", `'\\''`)}'`;
}
