import type { SecureContextOptions } from "node:tls";
import { NO_SESSION_TICKETS, toBase64, type NodeKeys } from "@chatelaine/crypto";

/** What a node shows to others: the certificate for its warranted TLS key, and the CA it trusts. */
export interface TlsIdentity {
  /** X.509 in DER: the node's own certificate, then that of the CA. */
  readonly chain: readonly Uint8Array[];
  readonly keys: NodeKeys;
}

/** The application protocol (RFC 7301), so that no other server or client is taken for a node. */
export const PEER_PROTOCOL = "chatelaine-peer/1";

/** Both sides: TLS 1.3 alone, and no session that could outlive a revocation. */
export const PEER_TLS = {
  minVersion: "TLSv1.3",
  ALPNProtocols: [PEER_PROTOCOL],
  secureOptions: NO_SESSION_TICKETS,
} as const;

/** The certificate of the CA in the chain; undefined if there is none. */
export function caOf(identity: TlsIdentity): Uint8Array | undefined {
  return identity.chain.at(-1);
}

/** Certificate, key and the one CA that is trusted, in the forms that TLS wants. */
export function identityOptions(identity: TlsIdentity): SecureContextOptions {
  return {
    ...certificateAndKey(identity),
    ca: pem("CERTIFICATE", caOf(identity) ?? new Uint8Array()),
  };
}

/** Both in PEM. */
export function certificateAndKey(identity: TlsIdentity): {
  readonly cert: string;
  readonly key: string;
} {
  using key = identity.keys.tlsPrivateKey();
  return {
    cert: identity.chain.map((certificate) => pem("CERTIFICATE", certificate)).join(""),
    // A string, which nobody can overwrite. It proves who this node is, for as long as the node is
    // warranted; it opens nothing.
    key: key.use((pkcs8) => pem("PRIVATE KEY", pkcs8)),
  };
}

/** RFC 7468; OpenSSL reads long lines too. */
export function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${toBase64(der)}\n-----END ${label}-----\n`;
}
