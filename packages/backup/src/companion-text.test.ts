import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newSystemId } from "@chatelaine/crypto";
import { seededRandom } from "../test/backup-fixtures.ts";
import { backupCompanionText, type CompanionFacts } from "./companion-text.ts";

const facts: CompanionFacts = {
  fileName: "sso-2026.age",
  systemId: newSystemId(seededRandom("system")),
  backupId: "bak_1",
  createdAtMs: Date.UTC(2026, 10, 24, 22, 0, 0),
  nodeName: "one",
  versions: [
    { number: 1, state: "retired", checkValue: new Uint8Array(32).fill(0xab) },
    { number: 2, state: "primary", checkValue: new Uint8Array(32).fill(0xcd) },
  ],
};

describe("the text beside a backup", () => {
  const text = backupCompanionText({ ...facts, reminder: "the safe in Zürich" });

  it("says what the backup is of", () => {
    const expected = `System:     ${facts.systemId}
Backup:     bak_1
Made:       2026-11-24T22:00:00.000Z on node one
Versions:   1 retired, check value abababab
            2 primary, check value cdcdcdcd
Reminder:   the safe in Zürich
`;
    assert.ok(text.includes(expected), text);
  });

  it("names the commands", () => {
    for (const command of [
      "chatelaine secret backup verify sso-2026.age",
      "chatelaine secret restore sso-2026.age",
      "chatelaine node recover --backup sso-2026.age",
      "age -d sso-2026.age | wc -c",
    ]) {
      assert.ok(text.includes(`    ${command}\n`), command);
    }
  });

  it("shows no whole check value", () => {
    assert.ok(!text.includes("abababababababab"));
  });

  it("has no line for a reminder that was not given", () => {
    assert.ok(!backupCompanionText(facts).includes("Reminder"));
  });

  it("quotes a file name for the shell", () => {
    const quoted = backupCompanionText({ ...facts, fileName: "Ada's backup.age" });
    assert.ok(quoted.includes("chatelaine secret restore 'Ada'\\''s backup.age'\n"));
    const dashed = backupCompanionText({ ...facts, fileName: "-rf" });
    assert.ok(dashed.includes("chatelaine secret restore '-rf'\n"));
  });
});
