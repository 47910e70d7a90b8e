import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeBackup, makeMemberSecrets, plain } from "../test/statement-fixtures.ts";
import {
  type BackupContents,
  decodeBackup,
  encodeBackup,
  isBackupPayload,
} from "./backup-contents.ts";
import { InvariantBroken } from "./invariant.ts";

describe("backup contents", () => {
  it("come back as they were encoded", () => {
    using payload = encodeBackup(makeBackup());
    assert.deepEqual(plain(decodeBackup(payload)), plain(makeBackup()));
  });

  it("are known by their beginning", () => {
    using payload = encodeBackup(makeBackup());
    assert.ok(payload.use(isBackupPayload));
    assert.ok(!isBackupPayload(new Uint8Array(100)));
    assert.ok(!isBackupPayload(new Uint8Array()));
  });

  const unsound: readonly (readonly [why: string, changes: Partial<BackupContents>])[] = [
    ["an id of other characters", { backupId: "Ä" }],
    ["a time that is no whole number", { createdAtMs: 1.5 }],
    ["a time before 1970", { createdAtMs: -1 }],
    ["no node name", { nodeName: "" }],
    ["no charter", { charterNote: "" }],
    ["a charter that is too long", { charterNote: "x".repeat(262_145) }],
    ["a member's keyring", { secrets: makeMemberSecrets() }],
  ];
  for (const [why, changes] of unsound) {
    it(`are not encoded with ${why}`, () => {
      assert.throws(() => encodeBackup(makeBackup(changes)), InvariantBroken);
    });
  }
});
