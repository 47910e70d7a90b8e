import type { NodeId } from "@chatelaine/crypto";

/** What a joiner asks of the master secret server: its public keys, and the secret it was given. */
export interface AdmissionRequest {
  readonly invitationId: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly name: string;
  /** `HOST:PORT` where other nodes reach it. */
  readonly addresses: readonly string[];
  readonly tlsKey: Uint8Array;
  readonly hpkeKey: Uint8Array;
  readonly statementKey: Uint8Array;
}

/** X.509 in DER: the leaf, then the certificate of the CA. */
export interface IssuedCertificate {
  readonly chain: readonly Uint8Array[];
}

export interface Admission extends IssuedCertificate {
  readonly nodeId: NodeId;
  /** The signed warrant of the new node. */
  readonly warrant: string;
  /** The signed charter under which it was admitted. */
  readonly charter: string;
}
