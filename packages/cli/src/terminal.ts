import { SecretBytes, concat } from "@chatelaine/crypto";
import { CodedError } from "@chatelaine/server";
import { printable } from "./output.ts";

/** What a command may do with the terminal and the standard streams. */
export interface Terminal {
  /** For programs and for people who pipe: the answer. */
  out(line: string): void;
  /** Everything that is not the answer. */
  note(line: string): void;
  /** For programs and for people who pipe: a file as it is; on a terminal as text that shows. */
  outFile(bytes: Uint8Array): Promise<void>;
  /** Shows a line that the next one replaces; an empty one clears it. Absent where nobody looks. */
  readonly showProgress?: ((line: string) => void) | undefined;
  /** Whether somebody is there to be asked. */
  readonly isInteractive: boolean;
  /** Asks without showing what is typed. Throws `passphrase-required` if nobody is there. */
  askHidden(prompt: string): Promise<SecretBytes>;
  ask(prompt: string): Promise<string>;
  /** All of standard input. Throws `request-invalid` if that is a terminal or too long. */
  input(): Promise<SecretBytes>;
}

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACES = [0x08, 0x7f];
const LINE_ENDS = [0x0a, 0x0d];
const LINE_FEED = 0x0a;
const LINE_BYTES_MAX = 64 * 1024;
const INPUT_BYTES_MAX = 4 * 1024 * 1024;

export const processTerminal: Terminal = {
  out: (line) => {
    process.stdout.write(`${line}\n`);
  },
  note: (line) => {
    process.stderr.write(`${line}\n`);
  },
  outFile: writeFileOut,
  showProgress: process.stderr.isTTY ? showProgress : undefined,
  isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  askHidden: (prompt) => readLine(prompt, false),
  ask: async (prompt) => {
    using line = await readLine(prompt, true);
    return line.use((bytes) => new TextDecoder().decode(bytes));
  },
  input: readInput,
};

/** Resolves when it was taken: a pipe may be slower than a file of many megabytes. */
async function writeFileOut(bytes: Uint8Array): Promise<void> {
  const { stdout } = process;
  const shown = stdout.isTTY ? `${printableText(bytes)}\n` : bytes;
  await new Promise<void>((resolve) => {
    stdout.write(shown, () => {
      resolve();
    });
  });
}

/** What is in a file must not work the terminal either. */
function printableText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes).split(/\r?\n/).map(printable).join("\n");
}

/** By the byte order mark; everything else is UTF-8. */
function encodingOf([first, second]: Uint8Array): string {
  return first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
      ? "utf-16be"
      : "utf-8";
}

const CLEAR_LINE = "\r\u001b[2K";

function showProgress(line: string): void {
  const { stderr } = process;
  // A line that wraps could not be replaced.
  stderr.write(CLEAR_LINE + printable(line).slice(0, stderr.columns - 1));
}

async function readInput(): Promise<SecretBytes> {
  const { stdin } = process;
  if (stdin.isTTY) {
    throw new CodedError("request-invalid", {
      detail: "standard input is a terminal; send something into it, or ask with --secret NAME",
    });
  }
  const taken: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      taken.push(chunk);
      length += chunk.length;
      if (length > INPUT_BYTES_MAX) {
        throw new CodedError("request-invalid", {
          detail: `standard input has more than ${String(INPUT_BYTES_MAX)} bytes`,
        });
      }
    }
    return SecretBytes.take(concat(...taken));
  } finally {
    for (const chunk of taken) {
      chunk.fill(0);
    }
  }
}

/** Reads one line in raw mode, as bytes, so that what is secret never becomes a string. */
async function readLine(prompt: string, isShown: boolean): Promise<SecretBytes> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new CodedError("passphrase-required", {
      detail: "no terminal to ask on; give the passphrase with --passphrase-file FILE",
    });
  }
  // Before the question: what is typed at once must not be echoed either.
  stdin.setRawMode(true);
  stderr.write(prompt);
  const line = new Uint8Array(new ArrayBuffer(LINE_BYTES_MAX));
  const taken: Buffer[] = [];
  let length = 0;
  try {
    // Left open at the end: there may be another question.
    const chunks = stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of chunks) {
      taken.push(chunk);
      for (const [index, byte] of chunk.entries()) {
        if (LINE_ENDS.includes(byte)) {
          assertNothingBehind(chunk.subarray(index + 1));
          return SecretBytes.copyOf(line.subarray(0, length));
        }
        if (byte === CTRL_C || byte === CTRL_D) {
          throw new CodedError("passphrase-required", { detail: "nothing was entered" });
        }
        if (BACKSPACES.includes(byte)) {
          length = startOfLastCharacter(line, length);
        } else {
          assertRoom(line, length);
          line[length] = byte;
          length += 1;
        }
      }
      if (isShown) {
        stderr.write(chunk);
      }
    }
    throw new CodedError("passphrase-required", { detail: "the input ended" });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    for (const bytes of [line, ...taken]) {
      bytes.fill(0);
    }
    stderr.write("\n");
  }
}

/** A part of what was entered would be taken for all of it. */
function assertRoom(line: Uint8Array, length: number): void {
  if (length === line.length) {
    throw new CodedError("request-invalid", {
      detail: `a line has at most ${String(LINE_BYTES_MAX)} bytes here; give it in a file`,
    });
  }
}

/** Several lines come at once when they are pasted, a key in PEM for instance. */
function assertNothingBehind(rest: Uint8Array): void {
  if (rest.length > 1 || (rest.length === 1 && rest[0] !== LINE_FEED)) {
    throw new CodedError("request-invalid", {
      detail: "more than one line was entered; give it in a file",
    });
  }
}

/** Where the last UTF-8 character begins: continuation bytes are 10xxxxxx (RFC 3629, 3). */
function startOfLastCharacter(line: Uint8Array, length: number): number {
  let start = Math.max(length - 1, 0);
  while (start > 0 && ((line[start] ?? 0) & 0xc0) === 0x80) {
    start -= 1;
  }
  return start;
}
