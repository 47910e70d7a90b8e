import { constants, createPrivateKey, type webcrypto, X509Certificate } from "node:crypto";
import { bufferOver, concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { checkP256Key } from "./p256-key.ts";
import type { SecretBytes } from "./secret-bytes.ts";

/**
 * What certificates need of the runtime's own X.509 and keys. Making one is the server's business,
 * which has a library for it; whether a chain holds is decided by TLS.
 */
export interface CertificateFacts {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** In force from this instant (milliseconds since 1970) … */
  readonly notBeforeMs: number;
  /** … to this one. */
  readonly notAfterMs: number;
}

/** Of one X.509 certificate in DER, whose signature is not checked. Throws `malformed`. */
export function readCertificate(certificate: Uint8Array): CertificateFacts {
  try {
    const { publicKey, validFromDate, validToDate } = new X509Certificate(bufferOver(certificate));
    return {
      publicKey: concat(publicKey.export({ type: "spki", format: "der" })),
      notBeforeMs: validFromDate.getTime(),
      notAfterMs: validToDate.getTime(),
    };
  } catch {
    // Bytes that are no certificate, or a key that OpenSSL cannot read.
    throw new CryptoError("malformed");
  }
}

/**
 * The private key of the certificate authority as the library that writes certificates wants it:
 * for ECDSA signatures alone, and not to be read again. Throws `malformed`.
 */
export function certificateSigningKey(caKey: SecretBytes): webcrypto.CryptoKey {
  return caKey.use((pkcs8) => {
    checkP256Key(pkcs8);
    const key = createPrivateKey({ key: bufferOver(pkcs8), format: "der", type: "pkcs8" });
    return key.toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  });
}

/**
 * Tells TLS to hand out no stateless session tickets (OpenSSL's SSL_OP_NO_TICKET). Those that
 * TLS 1.3 then still sends only name a session that the server has not kept, so that none resumes.
 */
export const NO_SESSION_TICKETS: number = constants.SSL_OP_NO_TICKET;
