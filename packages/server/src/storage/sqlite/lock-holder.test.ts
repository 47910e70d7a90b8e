import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findWriteLockHolder } from "./lock-holder.ts";

const MAPS = `
7f748c563000-7f748c56b000 rw-s 00000000 fe:00 9978077                    /srv/my data/sso.db-shm
7f748c56b000-7f748c57b000 r--p 00000000 fe:00 12                         /usr/lib/libc.so
`;
const LOCKS = `1: POSIX  ADVISORY  WRITE 99 fe:00:12 120 120
2: POSIX  ADVISORY  READ 41 fe:00:9978077 124 124
3: POSIX  ADVISORY  WRITE 7529 fe:00:9978077 120 120
`;

describe("holder of the write lock", () => {
  it("is found by the inode of the shared-memory file", async () => {
    assert.equal(await holder("/srv/my data/sso.db", MAPS, LOCKS), 7529);
  });

  it("is found through a relative path", async () => {
    assert.equal(await holder("sso.db", MAPS, LOCKS), 7529);
  });

  it("is not named when nobody holds the lock", async () => {
    assert.equal(await holder("/srv/my data/sso.db", MAPS, ""), undefined);
  });

  it("is not named when two files have the name", async () => {
    const twoFiles = `${MAPS}7f748c56b000-7f748c57b000 rw-s 00000000 fe:00 13   /tmp/sso.db-shm\n`;
    assert.equal(await holder("/srv/my data/sso.db", twoFiles, LOCKS), undefined);
  });

  it("is not named where the system does not tell", async () => {
    assert.equal(await holder("/srv/my data/sso.db", undefined, undefined), undefined);
  });
});

function holder(
  path: string,
  maps: string | undefined,
  locks: string | undefined,
): Promise<number | undefined> {
  return findWriteLockHolder(path, (file) =>
    Promise.resolve(file === "/proc/self/maps" ? maps : locks),
  );
}
