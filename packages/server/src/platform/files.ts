import { constants } from "node:fs";
import { chmod, link, mkdir, open, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { toHex } from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import { systemRandom } from "./random.ts";

/** Files that nobody else may read, and that survive a loss of power once written. */

export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_DIRECTORY_MODE = 0o700;

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const OTHERS = 0o077;
const SUFFIX_BYTES = 8;

/**
 * Writes a file that must not exist yet; it is there with all its bytes or not at all, also when
 * the process is killed. Throws `file-exists`, `file-unwritable`.
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  // A name that nobody has, and O_EXCL: a file of somebody else's is neither cut nor read along.
  const partial = `${path}.${toHex(systemRandom.bytes(SUFFIX_BYTES))}.partial`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    await writeDurably(partial, flags, bytes);
    await linkOrWrite(partial, path, () => writeDurably(path, flags, bytes));
  } catch (cause) {
    throw codeOf(cause) === "EEXIST"
      ? new CodedError("file-exists", {
          detail: `${path} exists already; choose another name, nothing is overwritten`,
          cause,
        })
      : unwritable(path, cause);
  } finally {
    await rm(partial, { force: true }).catch(() => {
      // What could not be written may not be removable either; the first error tells.
    });
  }
  await syncDirectory(dirname(path));
}

/** A link refuses a name that is taken; FAT and its like have none, so there the file is written. */
async function linkOrWrite(from: string, to: string, write: () => Promise<void>): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(error) ?? "")) {
      throw error;
    }
    await write();
  }
}

/** Replaces the file in one step: it holds the old bytes or the new ones. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const next = `${path}.next`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  try {
    await writeDurably(next, flags, bytes);
    await renameDurably(next, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/** The file's bytes. Throws `file-unreadable`, also if it has more than `bytesMax`, 16 MiB unless given. */
export async function readWholeFile(
  path: string,
  bytesMax = FILE_BYTES_MAX,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await stat(path);
    if (size > bytesMax) {
      throw new CodedError("file-unreadable", {
        detail: `${path} has ${String(size)} bytes; the most that is read is ${String(bytesMax)}`,
      });
    }
    const read = await readFile(path);
    const bytes = new Uint8Array(new ArrayBuffer(read.length));
    bytes.set(read);
    read.fill(0);
    return bytes;
  } catch (cause) {
    if (cause instanceof CodedError) {
      throw cause;
    }
    throw new CodedError("file-unreadable", {
      detail: `${path} cannot be read: ${reasonOf(cause)}`,
      cause,
    });
  }
}

export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") {
      return false;
    }
    throw error;
  }
}

/** Makes the directory for its owner alone; true if it was not there. */
export async function ensurePrivateDirectory(path: string): Promise<boolean> {
  try {
    const made = await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    if (made !== undefined) {
      await chmod(path, PRIVATE_DIRECTORY_MODE);
      await syncDirectory(dirname(path));
    }
    return made !== undefined;
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Throws `state-directory-unsafe` if anybody but the owner can get at the path. */
export async function assertPrivate(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  if ((mode & OTHERS) !== 0) {
    throw new CodedError("state-directory-unsafe", {
      detail: `${path} has mode ${(mode & 0o777).toString(8)}; run: chmod go= ${path}`,
    });
  }
  const self = process.getuid?.();
  if (self !== undefined && uid !== self && self !== 0) {
    throw new CodedError("state-directory-unsafe", {
      detail: `${path} belongs to another user; run: chown -R "$(id -u)" ${path}`,
    });
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Removes the directory if nothing is in it. */
export async function removeEmptyDirectory(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "ENOENT") {
      throw error;
    }
  }
}

async function writeDurably(path: string, flags: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, flags, PRIVATE_FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
}

/** A new name is durable only once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unwritable(path: string, cause: unknown): CodedError {
  return new CodedError("file-unwritable", {
    detail: `${path} cannot be written: ${reasonOf(cause)}`,
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EISDIR: "it is a directory",
  ENOTDIR: "part of the path is not a directory",
  ELOOP: "it is a symbolic link",
};

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? "unknown reason";
  return REASONS[code] ?? code;
}
