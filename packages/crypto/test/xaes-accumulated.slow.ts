/** The vectors accumulated over 1,000,000 messages. Takes minutes: run by hand, not by a runner. */
import assert from "node:assert/strict";
import { accumulateXaes } from "./xaes-accumulated.ts";
import { readXaesVectors } from "./published-vectors.ts";

assert.equal(accumulateXaes(1_000_000), readXaesVectors().accumulated["1000000"]);
