import { CodedError } from "../base/coded-error.ts";
import {
  LEASE_TTL_MS_MAX,
  type MastershipTimings,
} from "../domain/mastership/mastership-timings.ts";

/** Settings of one node: `config.json` in its state directory, then `--set NAME=VALUE`. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  readonly logLevel: LogLevel;
  readonly mastership: MastershipTimings;
}

const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface Setting {
  readonly meaning: string;
  /** Given as text, however it is written in the file. */
  readonly fallback: string;
  /** Why the text is not a value; undefined if it is. */
  readonly problem: (text: string) => string | undefined;
}

/** Every setting there is; `docs/configuration.md` is generated from it. */
export const SETTINGS = {
  listen: {
    meaning: "Address and port for callers without TLS: loopback only. Port 0 takes any free port.",
    fallback: "127.0.0.1:4870",
    problem: (text) =>
      parseAddress(text) === undefined
        ? "must be a loopback address and a port, such as 127.0.0.1:4870"
        : undefined,
  },
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
    ttlMs: number("mastership.ttlMs"),
    renewalMs: number("mastership.renewalMs"),
    expiryConfirmationMs: number("mastership.expiryConfirmationMs"),
    pollMs: number("mastership.pollMs"),
  };
  problems.push(...relationProblems(mastership));
  const listen = parseAddress(text("listen"));
  const logLevel = LOG_LEVELS.find((level) => level === text("log.level"));
  if (problems.length > 0 || listen === undefined || logLevel === undefined) {
    throw new CodedError("configuration-invalid", { detail: problems.join("\n") });
  }
  return Object.freeze({ listen, logLevel, mastership: Object.freeze(mastership) });
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

function wholeNumber(least: number, most: number): (text: string) => string | undefined {
  return (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? undefined
      : `must be a whole number from ${String(least)} to ${String(most)}`;
}

const PORT_MAX = 65_535;

function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(text);
  const [, host, portText] = match ?? [];
  const port = Number(portText);
  return host === undefined || port > PORT_MAX
    ? undefined
    : { host: host.replace(/^\[|\]$/g, ""), port };
}
