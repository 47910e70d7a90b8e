import { pino } from "pino";
import type { Clock } from "./clock.ts";

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = "error" | "warn" | "info" | "debug";

/** Events with fields, one JSON line each; names are `noun.verb`. */
export interface Logger {
  log(level: LogLevel, name: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

export function makeLogger(destination: { write(line: string): void }, level: LogLevel): Logger {
  const base = null; // no pid and host name on every line: the collector knows them
  const logger = pino(
    {
      base,
      level,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrap(logger);
}

function wrap(logger: pino.Logger): Logger {
  return {
    log: (level, name, fields = {}) => {
      logger[level](fields, name);
    },
    child: (fields) => wrap(logger.child(fields)),
  };
}

const LEVEL_ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** The same lines for a person at a terminal: time, level, name and fields. */
export function makeTextLogger(
  write: (line: string) => void,
  level: LogLevel,
  clock: Clock,
  bound: LogFields = {},
): Logger {
  return {
    log: (at, name, fields = {}) => {
      if (LEVEL_ORDER.indexOf(at) <= LEVEL_ORDER.indexOf(level)) {
        const time = new Date(clock.wallTime()).toISOString().slice(11, 19);
        const pairs = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
        write([time, at.padEnd(5), name, ...pairs].join(" "));
      }
    },
    child: (fields) => makeTextLogger(write, level, clock, { ...bound, ...fields }),
  };
}
