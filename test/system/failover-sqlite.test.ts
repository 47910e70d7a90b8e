/** Three candidates on one SQLite file, and what befalls the master secret server there. */
import { faultSuite } from "./support/failover/fault-suite.ts";
import {
  FROZEN,
  FROZEN_INSIDE,
  KILLED,
  MOVED,
  STOPPED,
} from "./support/failover/process-faults.ts";

faultSuite("three candidates on SQLite", {
  system: () => Promise.resolve({}),
  faults: [KILLED, FROZEN, FROZEN_INSIDE, STOPPED, MOVED],
});
