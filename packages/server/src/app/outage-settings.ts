import type { Severity } from "@chatelaine/protocol";
import type { CacheLimits } from "../domain/lookup-cache/bounded-cache.ts";
import { oneOfWords, wholeNumber, type Setting } from "./setting.ts";

/** What a node keeps for the time without a database, and whom it tells. */
export interface OutageConfig {
  readonly lookupCache: CacheLimits;
  readonly audit: { readonly spoolBytesMax: number };
  /** Undefined: there is none. */
  readonly webhook: WebhookConfig | undefined;
}

export interface WebhookConfig {
  readonly url: string;
  /** A path; relative to the state directory. Undefined: what is sent is not signed. */
  readonly secretFile: string | undefined;
  /** Only events of this severity, and worse. */
  readonly severity: Severity;
}

const SEVERITIES = ["info", "warning", "error"] as const satisfies readonly Severity[];

export const OUTAGE_SETTINGS = {
  "lookupCache.timeoutMs": {
    meaning:
      "How long the node may answer from what it has looked up before while the database is away, " +
      "in milliseconds; 0: never. Longer: what another node has revoked meanwhile is believed for " +
      "as long. Shorter: fewer lookups succeed in a long outage.",
    fallback: "3600000",
    problem: wholeNumber(0, 604_800_000),
  },
  "lookupCache.entriesMax": {
    meaning: "How many rows it keeps for that; those that were not used for longest go first.",
    fallback: "50000",
    problem: wholeNumber(1, 10_000_000),
  },
  "lookupCache.bytesMax": {
    meaning: "How much memory they may take, in bytes.",
    fallback: "33554432",
    problem: wholeNumber(4096, 999_999_999),
  },
  "audit.spoolBytesMax": {
    meaning:
      "How much of the state directory's disk disclosures may take that the database could not, " +
      "in bytes. When it is full, nothing is revealed until the database is back.",
    fallback: "67108864",
    problem: wholeNumber(4096, 999_999_999),
  },
  "webhook.url": {
    meaning:
      "Where events are sent, each as a POST of JSON: an https URL, or http on loopback; empty: " +
      "nowhere.",
    fallback: "",
    problem: (text) =>
      text === "" || isFitUrl(text)
        ? undefined
        : "must be an https URL, or http://127.0.0.1 and the like, without user and password",
  },
  "webhook.secretFile": {
    meaning:
      "A file of mode 0600 with the secret by which the receiver knows the node's events (HMAC), " +
      "at least 16 bytes; empty: they are not signed.",
    fallback: "",
    problem: () => undefined,
  },
  "webhook.severity": {
    meaning: "Events of which severity, and worse, are sent: info, warning or error.",
    fallback: "warning",
    problem: oneOfWords(...SEVERITIES),
  },
} as const satisfies Record<string, Setting>;

/** From texts that were found to be values. */
export function outageConfig(text: (name: keyof typeof OUTAGE_SETTINGS) => string): OutageConfig {
  const number = (name: keyof typeof OUTAGE_SETTINGS): number => Number(text(name));
  const url = text("webhook.url");
  const secretFile = text("webhook.secretFile");
  const severity = SEVERITIES.find((known) => known === text("webhook.severity")) ?? "warning";
  return {
    lookupCache: {
      timeoutMs: number("lookupCache.timeoutMs"),
      entriesMax: number("lookupCache.entriesMax"),
      bytesMax: number("lookupCache.bytesMax"),
    },
    audit: { spoolBytesMax: number("audit.spoolBytesMax") },
    webhook:
      url === ""
        ? undefined
        : { url, secretFile: secretFile === "" ? undefined : secretFile, severity },
  };
}

/** Whether what is told there can be overheard by nobody on the way. */
function isFitUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = ["127.0.0.1", "localhost", "[::1]"].includes(url?.hostname ?? "");
  const isPrivate = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback);
  return isPrivate && url.username === "" && url.password === "";
}
