import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import type { MastershipId } from "../domain/mastership/mastership-store.ts";
import type { ProcessId } from "../domain/mastership/proof-of-death.ts";
import type { Admission, AdmissionRequest, IssuedCertificate } from "../domain/node/admission.ts";

export type { Admission, AdmissionRequest, IssuedCertificate };

/**
 * What nodes ask each other. A peer is known by its warrant, compared for each request; only
 * `admit` is asked by somebody who has none yet.
 */
export interface PeerActs {
  /** Whether the node asked is the current master secret server; else `not-master-secret-server`. */
  readonly confirm: { readonly request: Asking; readonly answer: Beat };
  /** The keyring, sealed to the warranted key of the node that asks. Master secret server only. */
  readonly keyring: { readonly request: NoContent; readonly answer: IssuedKeyring };
  /** A fresh certificate for the warranted TLS key of the node that asks. Candidates with the CA key only. */
  readonly certificate: { readonly request: NoContent; readonly answer: IssuedCertificate };
  /** What the node asked says of itself. */
  readonly status: { readonly request: NoContent; readonly answer: NodeStatus };
  /** Lets the node asked drop the lookups it keeps; how many rows that were. */
  readonly purge: { readonly request: NoContent; readonly answer: PurgedRows };
  /** Redeems a join token. Master secret server only. */
  readonly admit: { readonly request: AdmissionRequest; readonly answer: Admission };
}

export type PeerAct = keyof PeerActs;
export type PeerRequest<Act extends PeerAct> = PeerActs[Act]["request"];
export type PeerAnswer<Act extends PeerAct> = PeerActs[Act]["answer"];

/** Which process of the node asks: so it is heard that one lives which was taken for dead. */
export interface Asking {
  readonly process: ProcessId;
}

export type NoContent = Readonly<Record<string, never>>;

export interface PurgedRows {
  readonly rows: bigint;
}

/** What a node knows of the mastership and of what it says; sent each second on a watch stream. */
export interface Beat extends MastershipId {
  /** Which process of the node says so. */
  readonly process: ProcessId;
  readonly isMaster: boolean;
  readonly incarnation: bigint;
  readonly charterSerial: bigint;
  readonly keyringRevision: bigint;
  /** The node for which the role is about to be given up: it hurries, and others hold back. */
  readonly handsTo?: NodeId;
}

export interface IssuedKeyring {
  /** The mastership under which it was issued; the commit behind it is certain. */
  readonly mastership: MastershipId;
  /** The signed charter, which says what the keyring must be. */
  readonly charter: string;
  readonly revision: bigint;
  /** A sealed keyring for the role of the node's warrant. */
  readonly sealed: Uint8Array;
}

/** What answers nodes. A handler throws `CodedError`s, which reach the asker as such. */
export type NodeHandlers = {
  readonly [Act in Exclude<PeerAct, "admit">]: (
    caller: Warrant,
    request: PeerRequest<Act>,
  ) => Promise<PeerAnswer<Act>>;
};

/** What answers on the other side. */
export type PeerHandlers = NodeHandlers & {
  /** `source` is the address the request came from, for the audit. */
  readonly admit: (request: AdmissionRequest, source: string) => Promise<Admission>;
  /** Sends a beat at once, then with each change and at least every second, until cancelled. */
  readonly watch: (caller: Warrant, send: (beat: Beat) => void) => () => void;
};
