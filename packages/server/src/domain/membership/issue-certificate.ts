import type { Warrant } from "@chatelaine/crypto";
import type { IssuedCertificate } from "../node/admission.ts";
import type { CertificateIssuer } from "../node/certificate-issuer.ts";
import { loadAuthority, type LoadAuthorityDeps } from "./load-authority.ts";

/**
 * A fresh certificate for the TLS key of a live node's warrant. Any candidate that opens its
 * keyring can issue one; that the warrant is live, whoever calls has to know. Throws what
 * `loadAuthority` throws.
 */
export async function issueNodeCertificate(
  deps: LoadAuthorityDeps & { readonly issuer: CertificateIssuer },
  warrant: Warrant,
): Promise<IssuedCertificate> {
  using loaded = await loadAuthority(deps);
  return await deps.issuer.issue(loaded.caKey, warrant);
}
