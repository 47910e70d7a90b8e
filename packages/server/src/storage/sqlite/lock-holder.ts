import { basename } from "node:path";

/** Reads a small text file; undefined if it cannot be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Where the write lock lies in the `-shm` file (SQLite's "WAL-mode File Format", section 2.3). */
const WRITE_LOCK_OFFSET = "120";

/**
 * The process that holds the write lock of a database in WAL mode, where Linux tells: the kernel
 * lists locks by device and inode, and this process has the `-shm` file of that inode in its map.
 * Undefined where it does not, as on macOS or for a process outside this container.
 */
export async function findWriteLockHolder(
  databasePath: string,
  readText: ReadText,
): Promise<number | undefined> {
  const inode = findInode(`${databasePath}-shm`, (await readText("/proc/self/maps")) ?? "");
  if (inode === undefined) {
    return undefined;
  }
  for (const line of ((await readText("/proc/locks")) ?? "").split("\n")) {
    // 1: POSIX  ADVISORY  WRITE 7529 fe:00:9978077 120 120
    const [, , , mode, pid, file, from] = line.trim().split(/\s+/);
    if (mode === "WRITE" && file === inode && from === WRITE_LOCK_OFFSET && Number(pid) > 0) {
      return Number(pid);
    }
  }
  return undefined;
}

/** `major:minor:inode` of a mapped file, spelt as `/proc/locks` spells it. */
function findInode(path: string, maps: string): string | undefined {
  const inodes = new Set<string>();
  // 7f748c563000-7f748c56b000 rw-s 00000000 fe:00 9978077    /var/lib/chatelaine/sso.db-shm
  for (const [, device, inode, mapped] of maps.matchAll(/^\S+ \S+ \S+ (\S+) (\S+) +(\/.*)$/gm)) {
    if (mapped !== undefined && basename(mapped) === basename(path)) {
      inodes.add(`${device ?? ""}:${inode ?? ""}`);
    }
  }
  // The path may be relative or lead through links, so its name has to do; if two files have it,
  // no process is named rather than the wrong one.
  return inodes.size === 1 ? [...inodes][0] : undefined;
}
