import type { EventCode } from "@chatelaine/protocol";

/** Where events of the event table go: the log and the metrics. Fields never hold a secret. */
export interface EventSink {
  raise(code: EventCode, fields?: Readonly<Record<string, string | number | boolean>>): void;
}
