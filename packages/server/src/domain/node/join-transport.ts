import type { Admission, AdmissionRequest } from "./admission.ts";

/**
 * How a machine that is no node yet reaches a candidate. The adapter, `tlsJoinTransport` in
 * cluster/transport, only carries: what a certificate or a note is worth is decided by the caller.
 */
export interface JoinTransport {
  /**
   * The certificate of the CA that the listener at `address` (`HOST:PORT`) presents in its chain.
   * Believes nobody, sends nothing but the handshake, and closes the connection. Throws
   * `node-unreachable` if there is no TLS listener of a node, or it presents no such certificate.
   */
  presentedCa(address: string, deadlineMs: number): Promise<PresentedCa>;

  /**
   * A new connection that trusts `ca` alone: the chain must lead to it and the leaf must be in
   * force. Presents no certificate. Throws `node-unreachable`.
   */
  connect(address: string, ca: PresentedCa, deadlineMs: number): Promise<JoinConnection>;
}

export interface PresentedCa {
  /** X.509, DER. */
  readonly certificate: Uint8Array;
  /** Its public key: SubjectPublicKeyInfo, 91 bytes; the join token has its SHA-256. */
  readonly publicKey: Uint8Array;
}

export interface JoinConnection {
  /** The key that the server has proved to hold: SubjectPublicKeyInfo, 91 bytes. */
  readonly serverTlsKey: Uint8Array;

  /** Asks the server who it says it is, before anything secret is sent: GET /peer/v1/greeting. */
  greeting(): Promise<Greeting>;

  /**
   * Redeems the join token over this connection: POST /peer/v1/admit. Throws what the handler
   * threw; `outcome-unknown` if the connection was lost after the request was sent.
   */
  admit(request: AdmissionRequest): Promise<Admission>;

  close(): void;
}

/** Signed notes, as the server has them; to be opened with the authority's key of the token. */
export interface Greeting {
  readonly warrant: string;
  readonly charter: string;
}
