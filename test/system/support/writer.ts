/**
 * A node that writes until it is killed: `writer.ts STATE-DIRECTORY APPLICATION`. Its lines are
 * what `ledger.ts` reads. Each line has left the process before the next step begins.
 */
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { toHex } from "@chatelaine/crypto";
import { isCoded } from "../../../packages/server/src/base/coded-error.ts";
import type { ApplicationId } from "../../../packages/server/src/domain/application-id/application-id.ts";
import { systemRandom } from "../../../packages/server/src/platform/random.ts";
import { digestOf } from "./digest.ts";
import { eventually } from "./eventually.ts";
import { TestNode } from "./test-node.ts";
import { IDENTIFIERS_PER_LANE, LANES, identifierOf } from "./writer-lanes.ts";

const VALUE_BYTES_MAX = 3000;
const OPENS_WITHIN_MS = 20_000;
const RETRY_MS = 20;

const [stateDirectory = "", application = ""] = process.argv.slice(2);
const applicationId = application as ApplicationId;
const node = await eventually("the database to be there", OPENS_WITHIN_MS, openNode);
say("ready", String(await node.master()));
flushCompileCache();
await Promise.all(Array.from({ length: LANES }, (_, lane) => writeForEver(lane)));

async function openNode(): Promise<TestNode | undefined> {
  try {
    return await TestNode.open(stateDirectory);
  } catch (error) {
    if (isCoded(error, "database-unavailable")) {
      return undefined;
    }
    throw error;
  }
}

/** One write after the other, so that at most one of each identifier is under way. */
async function writeForEver(lane: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const identifier = identifierOf(lane, turn % IDENTIFIERS_PER_LANE);
    const [high = 0, low = 0] = systemRandom.bytes(2);
    const value = systemRandom.bytes(1 + ((high * 256 + low) % VALUE_BYTES_MAX));
    const digest = digestOf(value);
    say("intent", identifier, digest);
    try {
      say("done", identifier, digest, toHex(await node.set(applicationId, identifier, value)));
    } catch (error) {
      say("failed", identifier, digest, isCoded(error) ? error.code : String(error));
      await pause(RETRY_MS);
    }
  }
}

function say(...words: readonly string[]): void {
  writeSync(1, `${words.join(" ")}\n`);
}
