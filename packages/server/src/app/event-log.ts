import { EVENTS, type EventSpec, type Severity } from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Logger, LogLevel } from "../platform/logger.ts";
import type { Metrics } from "./metrics.ts";

const LEVELS = {
  info: "info",
  warning: "warn",
  error: "error",
} as const satisfies Record<Severity, LogLevel>;

/** Events go to the log, with their Enterprise SSO id, and are counted. */
export function eventLog(logger: Logger, metrics: Metrics | undefined): EventSink {
  return {
    raise: (code, fields = {}) => {
      const { severity, entssoId }: EventSpec = EVENTS[code];
      metrics?.event(code);
      logger.log(LEVELS[severity], code, {
        ...(entssoId !== undefined && { entssoId }),
        ...fields,
      });
    },
  };
}
