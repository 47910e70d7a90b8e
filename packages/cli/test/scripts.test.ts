/**
 * The commands as a user meets them: `scripts/*.txt` are sessions with what each command says,
 * its errors and exit codes. With `CHATELAINE_TEST_UPDATE=1` what is said is written into them
 * instead, to be read as a change is.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { ScriptPlace } from "./support/script-place.ts";
import { parseScript, renderOutcome, renderScript, type Step } from "./support/script-text.ts";

const SCRIPTS = globSync(join(import.meta.dirname, "scripts/*.txt")).sort();
const UPDATES = process.env["CHATELAINE_TEST_UPDATE"] === "1";

describe("a session says what its script says", { concurrency: availableParallelism() }, () => {
  for (const file of SCRIPTS) {
    it(basename(file, ".txt"), async () => {
      const text = readFileSync(file, "utf8");
      const said = await play(text);
      if (UPDATES) {
        writeFileSync(file, said);
      }
      assert.equal(said, UPDATES ? said : text);
    });
  }
});

/** The script with what its commands say now. */
async function play(text: string): Promise<string> {
  const { about, steps } = parseScript(text);
  const place = new ScriptPlace();
  try {
    const played: Step[] = [];
    for (const { command } of steps) {
      const outcome = await place.run(command);
      played.push({ command, expected: renderOutcome(outcome, place) });
    }
    return renderScript({ about, steps: played });
  } finally {
    place.discard();
  }
}
