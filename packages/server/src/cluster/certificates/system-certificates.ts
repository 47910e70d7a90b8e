import type { SecretBytes, SystemId, Warrant } from "@chatelaine/crypto";
import type { IssuedCertificate } from "../../domain/node/admission.ts";
import type { CertificateIssuer } from "../../domain/node/certificate-issuer.ts";
import type { Clock } from "../../platform/clock.ts";

/** Issues certificates of one system, in force from now on. */
export class SystemCertificates implements CertificateIssuer {
  readonly #systemId: SystemId;
  readonly #clock: Clock;

  constructor(systemId: SystemId, clock: Clock) {
    this.#systemId = systemId;
    this.#clock = clock;
  }

  async issue(caKey: SecretBytes, warrant: Warrant): Promise<IssuedCertificate> {
    const nowMs = this.#clock.wallTime();
    const { issueCertificate } = await import("./write-certificates.ts");
    return { chain: await issueCertificate({ caKey, systemId: this.#systemId, warrant, nowMs }) };
  }
}
