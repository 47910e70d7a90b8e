import { CryptoError, fromBase64, toBase64 } from "@chatelaine/crypto";

/** Certificates as files hold them: PEM (RFC 7468), one behind the other. */

const BLOCK = /-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n/g;
const LINE_LENGTH = 64;

export function renderCertificates(chain: readonly Uint8Array[]): Uint8Array {
  const blocks = chain.map((certificate) => {
    const lines = toBase64(certificate).match(new RegExp(`.{1,${String(LINE_LENGTH)}}`, "g")) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  });
  return new TextEncoder().encode(blocks.join(""));
}

/** DER; undefined if the file holds none: another can be had, so that is no reason to stop. */
export function parseCertificates(file: Uint8Array): readonly Uint8Array[] | undefined {
  const blocks = [...new TextDecoder().decode(file).matchAll(BLOCK)];
  try {
    const chain = blocks.map(([, lines = ""]) => fromBase64(lines.replaceAll("\n", "")));
    return chain.length === 0 ? undefined : chain;
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}
