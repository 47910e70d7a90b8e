import type { EventCode, Health, RouteId } from "@chatelaine/protocol";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/** Every metric of a node; units in the names, few labels. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #health = {
    canRead: this.#gauge("chatelaine_can_read", "1 if lookups are answered"),
    canSeal: this.#gauge("chatelaine_can_seal", "1 if new values may be sealed"),
    isMaster: this.#gauge("chatelaine_is_master", "1 on the master secret server"),
  };
  readonly #events = new Counter({
    name: "chatelaine_events_total",
    help: "Events raised, by code",
    labelNames: ["event"],
    registers: [this.#registry],
  });
  readonly #requests = new Histogram({
    name: "chatelaine_request_duration_seconds",
    help: "Time to answer a request, by route and status",
    labelNames: ["route", "status"],
    buckets: SECONDS_BUCKETS,
    registers: [this.#registry],
  });
  /** Those of `#requests` by route and status: to find one anew costs more than to observe. */
  readonly #series = new Map<string, Histogram.Internal<"route" | "status">>();

  constructor(software: string) {
    const info = this.#gauge("chatelaine_build_info", "1; the version is the label", ["version"]);
    info.set({ version: software }, 1);
    const memory = this.#gauge("process_resident_memory_bytes", "Resident memory of the process");
    const start = this.#gauge("process_start_age_seconds", "Time since the process started");
    this.#sample = () => {
      memory.set(process.memoryUsage.rss());
      start.set(process.uptime());
    };
  }

  readonly #sample: () => void;

  event(code: EventCode): void {
    this.#events.inc({ event: code });
  }

  request(route: RouteId, status: number, durationMs: number): void {
    const name = `${route} ${String(status)}`;
    const series = this.#series.get(name) ?? this.#requests.labels(route, String(status));
    this.#series.set(name, series);
    series.observe(durationMs / 1000);
  }

  /** The text format of Prometheus. */
  render(health: Health): Promise<string> {
    this.#health.canRead.set(Number(health.canRead));
    this.#health.canSeal.set(Number(health.canSeal));
    this.#health.isMaster.set(Number(health.isMaster));
    this.#sample();
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}
