import { equalBytes, SecretBytes, type RandomSource } from "@chatelaine/crypto";
import { CodedError, PASSPHRASE_PROBLEMS, readWholeFile } from "@chatelaine/server";
import type { Terminal } from "./terminal.ts";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const ATTEMPTS_MAX = 3;

/** The passphrase of a backup that exists: from its file, or asked for. */
export async function existingPassphrase(
  terminal: Terminal,
  file: string | undefined,
): Promise<SecretBytes> {
  return file === undefined
    ? terminal.askHidden("passphrase of the backup: ")
    : firstLineOfFile(file);
}

/**
 * The passphrase for a new backup. On a terminal one is offered, and whatever is chosen is asked
 * for again. Throws `passphrase-unfit`, `passphrase-required`.
 */
export async function newPassphrase(
  terminal: Terminal,
  file: string | undefined,
  random: RandomSource,
): Promise<SecretBytes> {
  if (file !== undefined) {
    return assertFit(await firstLineOfFile(file));
  }
  if (!terminal.isInteractive) {
    throw new CodedError("passphrase-required", {
      detail: "a backup needs a passphrase; give it with --passphrase-file FILE",
    });
  }
  using generated = await offer(terminal, random);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    using typed = await terminal.askHidden("passphrase (empty: take the one above): ");
    const chosen = typed.length === 0 ? generated : await assertFit(typed);
    using again = await terminal.askHidden("the same again, so that you know you have it: ");
    if (chosen.use((a) => again.use((b) => equalBytes(a, b)))) {
      return again.use((bytes) => SecretBytes.copyOf(bytes));
    }
    terminal.note("they differ; once more");
  }
  throw new CodedError("passphrase-unfit", {
    detail: "the two never were the same; write the passphrase down first, then try again",
  });
}

async function offer(terminal: Terminal, random: RandomSource): Promise<SecretBytes> {
  const { generatePassphrase } = await import("@chatelaine/backup");
  const generated = generatePassphrase(random);
  terminal.note("The backup is worth nothing without its passphrase, and nobody can reset it.");
  terminal.note(
    "One that was made for you; write it down, with its dashes, where the backup is not:",
  );
  generated.use((bytes) => {
    terminal.note(`\n    ${new TextDecoder().decode(bytes)}\n`);
  });
  return generated;
}

/** The first line of the file, without its end: a secret that people keep. Throws `file-unreadable`. */
export async function firstLineOfFile(path: string): Promise<SecretBytes> {
  using file = SecretBytes.take(await readWholeFile(path));
  return file.use((bytes) => {
    const newline = bytes.indexOf(NEWLINE);
    const end = newline < 0 ? bytes.length : newline;
    const isCrLf = end > 0 && bytes[end - 1] === CARRIAGE_RETURN;
    return SecretBytes.copyOf(bytes.subarray(0, isCrLf ? end - 1 : end));
  });
}

async function assertFit(passphrase: SecretBytes): Promise<SecretBytes> {
  const { passphraseProblem } = await import("@chatelaine/backup");
  const problem = passphraseProblem(passphrase);
  if (problem !== undefined) {
    throw new CodedError("passphrase-unfit", { detail: PASSPHRASE_PROBLEMS[problem] });
  }
  return passphrase;
}

const REMINDER_PROBLEMS = {
  "not-text": "a reminder is one line of text without control characters",
  "too-long": "a reminder has at most 512 characters",
  "tells-passphrase": "the reminder holds the passphrase, and it is kept in clear",
} as const;

/** Throws `passphrase-unfit`. */
export async function assertReminderFit(
  reminder: string | undefined,
  passphrase: SecretBytes,
): Promise<void> {
  const { reminderProblem } = await import("@chatelaine/backup");
  const problem = reminder === undefined ? undefined : reminderProblem(reminder, passphrase);
  if (problem !== undefined) {
    throw new CodedError("passphrase-unfit", { detail: REMINDER_PROBLEMS[problem] });
  }
}
