import { CodedError } from "../base/coded-error.ts";
import { parseHostPort, type HostPort } from "../base/host-port.ts";
import type { CachedSecretTimings } from "../domain/keyring/cached-secret-timings.ts";
import {
  LEASE_TTL_MS_MAX,
  MASTERSHIP_TIMINGS,
  type MastershipTimings,
} from "../domain/mastership/mastership-timings.ts";
import { CLUSTER_SETTINGS, clusterConfig, type ClusterConfig } from "./cluster-settings.ts";
import { OUTAGE_SETTINGS, outageConfig, type OutageConfig } from "./outage-settings.ts";
import { wholeNumber, type Setting } from "./setting.ts";
import { TLS_SETTINGS, tlsConfig, type TlsConfig } from "./tls-settings.ts";

/** Settings of one node: `config.json` in its state directory, then `--set NAME=VALUE`. */
export interface Config extends OutageConfig {
  readonly listen: HostPort;
  /** Undefined: no TLS for callers, who are on this machine. */
  readonly tls: TlsConfig | undefined;
  readonly logLevel: LogLevel;
  readonly mastership: MastershipTimings;
  readonly cachedSecret: CachedSecretTimings;
  /** Undefined: other nodes cannot reach this one. */
  readonly cluster: ClusterConfig | undefined;
}

const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting there is; `docs/configuration.md` is generated from it. */
export const SETTINGS = {
  listen: {
    meaning:
      "Address and port for callers. Without TLS loopback only, such as 127.0.0.1:4870; with TLS " +
      "any address of this machine. Port 0 takes any free port.",
    fallback: "127.0.0.1:4870",
    problem: (text) =>
      parseHostPort(text) === undefined ? "must be HOST:PORT, such as 127.0.0.1:4870" : undefined,
  },
  ...TLS_SETTINGS,
  "log.level": {
    meaning: "What is logged: error, warn, info or debug.",
    fallback: "info",
    problem: (text) =>
      LOG_LEVELS.some((level) => level === text) ? undefined : `must be ${LOG_LEVELS.join(", ")}`,
  },
  "mastership.ttlMs": {
    meaning:
      "How long a mastership is valid without renewal, in milliseconds. Longer: a frozen master " +
      "secret server is replaced later. Shorter: a slow database suspends it more often.",
    fallback: "3000",
    problem: wholeNumber(300, LEASE_TTL_MS_MAX),
  },
  "mastership.renewalMs": {
    meaning: "How often it is renewed, in milliseconds; at most a third of mastership.ttlMs.",
    fallback: "1000",
    problem: wholeNumber(50, 20_000),
  },
  "mastership.expiryConfirmationMs": {
    meaning:
      "How long a lease must stay seen as expired before another node claims, in milliseconds. " +
      "Shorter: a jump of the database's clock costs a needless change of the master.",
    fallback: "500",
    problem: wholeNumber(50, 10_000),
  },
  "mastership.pollMs": {
    meaning: "How often a node on standby reads fence and lease, in milliseconds.",
    fallback: "250",
    problem: wholeNumber(20, 10_000),
  },
  "mastership.contradictedBarMs": {
    meaning:
      "When the address of a master secret server refused connections and it lived all the same, " +
      "for so long its refusals are no proof that it is dead, in milliseconds. Shorter: a firewall " +
      "that rejects moves the role more often. Longer: a death at that address is found out by " +
      "the lease alone for longer.",
    fallback: "600000",
    problem: wholeNumber(1000, 86_400_000),
  },
  "cachedSecret.graceMs": {
    meaning:
      "How long a node seals after the master secret server last confirmed what it holds, in " +
      "milliseconds; it asks at a third of it. Longer: a lost master secret server stops sealing " +
      "later. Shorter: the master secret server is asked more often.",
    fallback: "60000",
    problem: wholeNumber(300, 3_600_000),
  },
  "cachedSecret.retryMinMs": {
    meaning: "The first pause after asking the master secret server failed, in milliseconds.",
    fallback: "200",
    problem: wholeNumber(10, 60_000),
  },
  "cachedSecret.retryMaxMs": {
    meaning:
      "The longest pause between attempts that fail, in milliseconds; at most a third of " +
      "cachedSecret.graceMs.",
    fallback: "5000",
    problem: wholeNumber(10, 600_000),
  },
  "cachedSecret.memberPollMs": {
    meaning:
      "How often a node that hears no master secret server looks into the database for one, in " +
      "milliseconds.",
    fallback: "1000",
    problem: wholeNumber(20, 60_000),
  },
  "cachedSecret.callMs": {
    meaning:
      "How long another node may take to answer, in milliseconds; at most a third of " +
      "cachedSecret.graceMs.",
    fallback: "2000",
    problem: wholeNumber(50, 60_000),
  },
  ...CLUSTER_SETTINGS,
  ...OUTAGE_SETTINGS,
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/**
 * The settings of `file` (JSON text, or undefined) with `overrides` (`NAME=VALUE`) on top.
 * Throws `configuration-invalid` with every problem at once.
 */
export function parseConfig(file: string | undefined, overrides: readonly string[]): Config {
  const problems: string[] = [];
  const values = new Map<SettingName, string>();
  for (const [name, value] of [...fileEntries(file, problems), ...splitOverrides(overrides)]) {
    take(name, value, values, problems);
  }
  const text = (name: SettingName): string => values.get(name) ?? SETTINGS[name].fallback;
  const number = (name: SettingName): number => Number(text(name));
  const mastership = {
    ...MASTERSHIP_TIMINGS,
    ttlMs: number("mastership.ttlMs"),
    renewalMs: number("mastership.renewalMs"),
    expiryConfirmationMs: number("mastership.expiryConfirmationMs"),
    pollMs: number("mastership.pollMs"),
    contradictedBarMs: number("mastership.contradictedBarMs"),
  };
  problems.push(...relationProblems(mastership));
  const cachedSecret = {
    graceMs: number("cachedSecret.graceMs"),
    retryMinMs: number("cachedSecret.retryMinMs"),
    retryMaxMs: number("cachedSecret.retryMaxMs"),
    memberPollMs: number("cachedSecret.memberPollMs"),
    callMs: number("cachedSecret.callMs"),
  };
  problems.push(...cachedSecretProblems(cachedSecret, mastership));
  const cluster = clusterConfig(text, problems);
  const listen = parseHostPort(text("listen"));
  const tls = tlsConfig(text, listen, problems);
  const logLevel = LOG_LEVELS.find((level) => level === text("log.level"));
  if (problems.length > 0 || listen === undefined || logLevel === undefined) {
    throw new CodedError("configuration-invalid", { detail: problems.join("\n") });
  }
  return Object.freeze({
    listen,
    tls,
    logLevel,
    mastership: Object.freeze(mastership),
    cachedSecret: Object.freeze(cachedSecret),
    cluster,
    ...outageConfig(text),
  });
}

function take(
  name: string,
  value: string,
  values: Map<SettingName, string>,
  problems: string[],
): void {
  if (!isSettingName(name)) {
    const known = Object.keys(SETTINGS).join(", ");
    problems.push(`${name}: there is no such setting; there are ${known}`);
    return;
  }
  const problem = SETTINGS[name].problem(value);
  if (problem === undefined) {
    values.set(name, value);
  } else {
    problems.push(`${name}: ${value} ${problem}`);
  }
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function relationProblems(timings: MastershipTimings): string[] {
  const { renewalMs, ttlMs } = timings;
  const most = Math.floor(ttlMs / 3);
  return renewalMs <= most
    ? []
    : [
        `mastership.renewalMs: ${String(renewalMs)} must be at most a third of ` +
          `mastership.ttlMs (${String(ttlMs)}); set it to ${String(most)} or less, or raise ` +
          "mastership.ttlMs",
      ];
}

function cachedSecretProblems(
  timings: CachedSecretTimings,
  { renewalMs }: MastershipTimings,
): string[] {
  const { graceMs, retryMinMs, retryMaxMs, callMs } = timings;
  const most = Math.floor(graceMs / 3);
  const problems = [
    { name: "retryMaxMs", value: retryMaxMs },
    { name: "callMs", value: callMs },
  ]
    .filter(({ value }) => value > most)
    .map(
      ({ name, value }) =>
        `cachedSecret.${name}: ${String(value)} must be at most a third of cachedSecret.graceMs ` +
        `(${String(graceMs)}); set it to ${String(most)} or less, or raise cachedSecret.graceMs`,
    );
  if (retryMinMs > retryMaxMs) {
    problems.push(
      `cachedSecret.retryMinMs: ${String(retryMinMs)} must be at most cachedSecret.retryMaxMs ` +
        `(${String(retryMaxMs)})`,
    );
  }
  // The master secret server confirms itself with each renewal, of which two may fail.
  if (graceMs < 3 * renewalMs) {
    problems.push(
      `cachedSecret.graceMs: ${String(graceMs)} must be at least three times ` +
        `mastership.renewalMs (${String(renewalMs)})`,
    );
  }
  return problems;
}

function fileEntries(file: string | undefined, problems: string[]): [string, string][] {
  if (file === undefined) {
    return [];
  }
  try {
    return flatten("", JSON.parse(file) as unknown, problems);
  } catch {
    problems.push("config.json: is not JSON; write an object such as {} and add settings to it");
    return [];
  }
}

function flatten(prefix: string, value: unknown, problems: string[]): [string, string][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      flatten(prefix === "" ? name : `${prefix}.${name}`, inner, problems),
    );
  }
  if (typeof value === "string" || typeof value === "number") {
    return [[prefix, String(value)]];
  }
  problems.push(`${prefix === "" ? "config.json" : prefix}: must be a text or a number`);
  return [];
}

function splitOverrides(overrides: readonly string[]): [string, string][] {
  return overrides.map((override) => {
    const at = override.indexOf("=");
    return at < 0 ? [override, ""] : [override.slice(0, at), override.slice(at + 1)];
  });
}
