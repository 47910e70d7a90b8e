import type { EventCode } from "@chatelaine/protocol";
import { EventLog } from "../../src/app/event-log.ts";
import { Metrics } from "../../src/app/metrics.ts";
import { NodeRuntime } from "../../src/app/node-runtime.ts";
import { SpoolShipper } from "../../src/app/spool-shipper.ts";
import { NO_PEERS } from "../../src/cluster/no-peers.ts";
import { CACHED_SECRET_TIMINGS } from "../../src/domain/keyring/cached-secret-timings.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import type { Logger } from "../../src/platform/logger.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { MemorySpool } from "../support/memory-spool.ts";
import { MASTERSHIP_TIMINGS } from "../../src/domain/mastership/mastership-timings.ts";
import { alarms } from "./node-under-test.ts";
import type { RogueSystem } from "./rogue-system.ts";

/** What a node that starts on this database raises, as `app` composes it. */
export async function alarmsAtStart({ place, self, seen }: RogueSystem): Promise<string> {
  const events: EventCode[] = [];
  const metrics = new Metrics("test");
  const log = new EventLog(loggerTo(events), metrics, systemClock);
  const effects = { scheduler: systemScheduler, events: log };
  const runtime = new NodeRuntime({
    self,
    seen: { load: () => Promise.resolve(seen), save: () => Promise.resolve() },
    timings: MASTERSHIP_TIMINGS,
    cachedSecret: CACHED_SECRET_TIMINGS,
    network: { roster: new Roster(), peers: NO_PEERS },
    software: "test",
    databaseKind: place.location.kind,
    report: { events: log, metrics },
    outage: {
      lookupCache: { entriesMax: 1, bytesMax: 1, timeoutMs: 0 },
      spool: new SpoolShipper({ ...effects, spool: new MemorySpool() }),
      webhook: undefined,
      stop: () => Promise.resolve(),
    },
  });
  try {
    await runtime.open(await place.location.open());
  } finally {
    await runtime.stop();
  }
  return alarms(events.filter((code) => code !== "database.may-lose-commits")).join(" ");
}

/** Takes what an event log writes: the names of its lines are the codes of the events. */
function loggerTo(events: EventCode[]): Logger {
  return {
    log: (_level, name) => {
      events.push(name as EventCode);
    },
    child: () => loggerTo(events),
  };
}
