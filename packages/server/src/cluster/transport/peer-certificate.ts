import type { PeerCertificate, TLSSocket } from "node:tls";
import { type CertificateFacts, CryptoError, readCertificate } from "@chatelaine/crypto";

const CHAIN_MAX = 4;

/**
 * What the other side's own certificate says; undefined if it has shown none, or one with a key of
 * a kind that no node has. (Not by `getPeerX509Certificate`: on the side of the client, Node 24.21
 * answers that once, and then neither it nor the chain.)
 */
export function peerCertificateOf(socket: TLSSocket): CertificateFacts | undefined {
  const certificate = socket.getPeerCertificate();
  return isPresent(certificate) ? factsOf(certificate.raw) : undefined;
}

/** The certificate at the end of the chain that a server has sent; its own does not count. */
export function lastIssuerOf(
  socket: TLSSocket,
): { readonly certificate: Uint8Array; readonly publicKey: Uint8Array } | undefined {
  const issuers: PeerCertificate[] = [];
  let certificate = socket.getPeerCertificate(true);
  // A certificate that issued itself refers to itself; where the issuer was not sent, it to none.
  while (issuers.length < CHAIN_MAX && "issuerCertificate" in certificate) {
    if (certificate.issuerCertificate === certificate) {
      break;
    }
    certificate = certificate.issuerCertificate;
    issuers.push(certificate);
  }
  const last = issuers.at(-1);
  const facts = last && factsOf(last.raw);
  return last && facts && { certificate: new Uint8Array(last.raw), publicKey: facts.publicKey };
}

/** Node gives an empty object where there is no certificate. */
function isPresent(certificate: Partial<PeerCertificate>): certificate is PeerCertificate {
  return certificate.raw !== undefined;
}

function factsOf(certificate: Uint8Array): CertificateFacts | undefined {
  try {
    return readCertificate(certificate);
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}
