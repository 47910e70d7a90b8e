import type { EventCode } from "@chatelaine/protocol";
import { EventLog } from "../../src/app/event-log.ts";
import { Metrics } from "../../src/app/metrics.ts";
import { NodeRuntime } from "../../src/app/node-runtime.ts";
import type { Logger } from "../../src/platform/logger.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { MASTERSHIP_TIMINGS } from "../../src/domain/mastership/mastership-timings.ts";
import { alarms } from "./node-under-test.ts";
import type { RogueSystem } from "./rogue-system.ts";

/** What a node that starts on this database raises, as `app` composes it. */
export async function alarmsAtStart({ place, self, seen }: RogueSystem): Promise<string> {
  const events: EventCode[] = [];
  const metrics = new Metrics("test");
  const runtime = new NodeRuntime({
    self,
    seen: { load: () => Promise.resolve(seen), save: () => Promise.resolve() },
    timings: MASTERSHIP_TIMINGS,
    software: "test",
    databaseKind: place.location.kind,
    report: { events: new EventLog(loggerTo(events), metrics, systemClock), metrics },
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
