import type { EventCode, Health, NodeStatus, RouteId } from "@chatelaine/protocol";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/** What a node knows of itself when its metrics are read. */
export interface MetricFacts {
  readonly health: Health;
  readonly cachedSecret: NodeStatus["cachedSecret"];
  /** Since the master secret server was last certain; undefined: it never was. */
  readonly unconfirmedMs: number | undefined;
  readonly isRotationRequired: boolean;
  readonly isDatabaseReachable: boolean;
  readonly spoolBytes: number;
  readonly lookups: { readonly entries: number; readonly bytes: number; readonly answered: number };
  readonly webhook: {
    readonly failures: number;
    readonly dropped: number;
    readonly waiting: number;
  };
}

const CACHED_SECRET_STATES = ["empty", "confirmed", "degraded", "revoked"] as const;

/** Every metric of a node; units in the names, few labels. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #health = {
    canRead: this.#gauge("chatelaine_can_read", "1 if lookups are answered"),
    canSeal: this.#gauge("chatelaine_can_seal", "1 if new values may be sealed"),
    isMaster: this.#gauge("chatelaine_is_master", "1 on the master secret server"),
  };
  readonly #cachedSecret = this.#gauge(
    "chatelaine_cached_secret_state",
    "1 for the state the master secret in memory is in",
    ["state"],
  );
  readonly #outage = {
    unconfirmed: this.#gauge(
      "chatelaine_unconfirmed_seconds",
      "Time since the node was last certain of the master secret server; -1 if it never was",
    ),
    rotationRequired: this.#gauge(
      "chatelaine_rotation_required",
      "1 if a node that held the master secret was revoked since the last rotation",
    ),
    reachable: this.#gauge("chatelaine_database_reachable", "1 if the SSO database answers"),
    spoolBytes: this.#gauge(
      "chatelaine_audit_spool_bytes",
      "Disclosures on this node's disk that are not in the audit yet",
    ),
    lookupEntries: this.#gauge("chatelaine_lookup_cache_entries", "Rows kept of lookups"),
    lookupBytes: this.#gauge("chatelaine_lookup_cache_bytes", "Memory they take, estimated"),
    webhookWaiting: this.#gauge("chatelaine_webhook_waiting", "Events not sent to the webhook yet"),
  };
  readonly #totals = {
    lookupsAnswered: this.#total(
      "chatelaine_lookup_cache_answers_total",
      "Reads answered from kept rows while the database was away",
    ),
    webhookFailures: this.#total(
      "chatelaine_webhook_failures_total",
      "Requests that the webhook did not take",
    ),
    webhookDropped: this.#total(
      "chatelaine_webhook_dropped_total",
      "Events that were never sent to the webhook",
    ),
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
  render(facts: MetricFacts): Promise<string> {
    const { health, lookups, webhook } = facts;
    this.#health.canRead.set(Number(health.canRead));
    this.#health.canSeal.set(Number(health.canSeal));
    this.#health.isMaster.set(Number(health.isMaster));
    for (const state of CACHED_SECRET_STATES) {
      this.#cachedSecret.set({ state }, Number(state === facts.cachedSecret));
    }
    const { unconfirmedMs } = facts;
    this.#outage.unconfirmed.set(unconfirmedMs === undefined ? -1 : unconfirmedMs / 1000);
    this.#outage.rotationRequired.set(Number(facts.isRotationRequired));
    this.#outage.reachable.set(Number(facts.isDatabaseReachable));
    this.#outage.spoolBytes.set(facts.spoolBytes);
    this.#outage.lookupEntries.set(lookups.entries);
    this.#outage.lookupBytes.set(lookups.bytes);
    this.#outage.webhookWaiting.set(webhook.waiting);
    this.#totals.lookupsAnswered(lookups.answered);
    this.#totals.webhookFailures(webhook.failures);
    this.#totals.webhookDropped(webhook.dropped);
    this.#sample();
    return this.#registry.metrics();
  }

  /** A counter that is kept elsewhere: told how far it has come. */
  #total(name: string, help: string): (total: number) => void {
    const counter = new Counter({ name, help, registers: [this.#registry] });
    let told = 0;
    return (total) => {
      counter.inc(total - told);
      told = total;
    };
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}
