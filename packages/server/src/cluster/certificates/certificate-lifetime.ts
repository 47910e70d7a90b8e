import { readCertificate } from "@chatelaine/crypto";

const HOUR_MS = 3_600_000;

/** How long a node's certificate is in force. */
export const CERTIFICATE_LIFETIME_MS = 7 * 24 * HOUR_MS;

/** A certificate is in force this long before it is made, for nodes whose clocks are behind. */
export const CLOCK_SKEW_MS = HOUR_MS;

/**
 * Whether it is time for another one: half of the life of this one is over, or it is not in force
 * yet (a clock was set back). Throws `CryptoError` if the DER bytes are no certificate.
 */
export function needsRenewal(certificate: Uint8Array, nowMs: number): boolean {
  const { notBeforeMs, notAfterMs } = readCertificate(certificate);
  return nowMs < notBeforeMs || nowMs >= notBeforeMs + (notAfterMs - notBeforeMs) / 2;
}
