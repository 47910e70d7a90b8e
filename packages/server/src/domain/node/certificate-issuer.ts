import type { SecretBytes, Warrant } from "@chatelaine/crypto";
import type { IssuedCertificate } from "./admission.ts";

/** Issues certificates of the system's own certificate authority; knows X.509 and decides nothing. */
export interface CertificateIssuer {
  /**
   * A fresh certificate for the TLS key of the warrant. `caKey` (PKCS#8, P-256) stays the
   * caller's, who erases it.
   */
  issue(caKey: SecretBytes, warrant: Warrant): Promise<IssuedCertificate>;
}
