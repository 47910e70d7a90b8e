import { connect as connectTcp } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { CodedError } from "../../base/coded-error.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import { peerCertificateOf } from "./peer-certificate.ts";
import { PEER_PROTOCOL, PEER_TLS } from "./tls-identity.ts";

/** A connection whose other side has proved to hold a key. */
export interface ProvedConnection {
  readonly socket: TLSSocket;
  /** SubjectPublicKeyInfo. */
  readonly serverTlsKey: Uint8Array;
}

/** How a connection is made: whom to trust, and what to show. */
export type Trusting = Pick<ConnectionOptions, "ca" | "cert" | "key" | "rejectUnauthorized">;

/** How long to wait for a connection, and what ends the wait. */
export interface Patience {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/**
 * A new TLS connection for the protocol between nodes, by which nothing has been sent yet but the
 * handshake. Rejects with an error for `reasonOf`, also after `deadlineMs`.
 * Names and addresses in the certificate are not looked at: who answers is decided by its key.
 */
export function connectPeer(
  scheduler: Scheduler,
  address: HostPort,
  trusting: Trusting,
  { deadlineMs, signal }: Patience,
): Promise<ProvedConnection> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      ...PEER_TLS,
      ...trusting,
      ...address,
      checkServerIdentity: () => undefined,
    });
    const fail = (error: Error): void => {
      cancel();
      signal?.removeEventListener("abort", abort);
      socket.destroy();
      reject(error);
    };
    const cancel = scheduler.after(deadlineMs, () => {
      fail(unreachable("it did not answer in time"));
    });
    const abort = (): void => {
      fail(unreachable("it is not asked any longer"));
    };
    signal?.addEventListener("abort", abort);
    socket.once("error", fail);
    const closed = (): void => {
      fail(unreachable("it closed the connection during the handshake"));
    };
    socket.once("close", closed);
    socket.once("secureConnect", () => {
      cancel();
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("close", closed);
      const serverTlsKey = serverKeyOf(socket);
      if (serverTlsKey === undefined) {
        fail(unreachable("it is no node: it speaks another protocol or shows no certificate"));
      } else {
        resolve({ socket, serverTlsKey });
      }
    });
  });
}

/** How one attempt to reach a node ended, to be told together with those to its other addresses. */
export function unreachable(reason: string): CodedError {
  return new CodedError("node-unreachable", { detail: reason });
}

/** Whether an address, which has to be a literal one, refuses connections. */
export function refusesConnections(
  scheduler: Scheduler,
  address: HostPort,
  deadlineMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(address);
    const end = (isRefused: boolean): void => {
      cancel();
      socket.destroy();
      resolve(isRefused);
    };
    const cancel = scheduler.after(deadlineMs, () => {
      end(false);
    });
    socket.once("connect", () => {
      end(false);
    });
    // With a name there would be several attempts and one AggregateError for all of them, which
    // says refused if the last of them was.
    socket.on("error", (error) => {
      end("code" in error && error.code === "ECONNREFUSED");
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "it refuses connections",
  ECONNRESET: "it ended the connection",
  EPIPE: "it ended the connection",
  ETIMEDOUT: "it did not answer in time",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  CERT_HAS_EXPIRED: "its certificate has expired, or the clock of one of the two is wrong",
  CERT_NOT_YET_VALID:
    "its certificate is not in force yet, or the clock of one of the two is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not of this system's CA",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not of this system's CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not of this system's CA",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate is not of this system's CA",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not of this system's CA",
  CERT_SIGNATURE_FAILURE: "its certificate is not of this system's CA",
};

/** In words, why a connection failed. */
export function reasonOf(error: unknown): string {
  if (error instanceof CodedError) {
    return error.message;
  }
  if (error instanceof AggregateError) {
    const reasons: readonly string[] = error.errors.map((one: unknown) => reasonOf(one));
    return [...new Set(reasons)].join(" and ");
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "no reason known";
  return REASONS[code] ?? (code.startsWith("ERR_SSL") ? `it is no node (${code})` : code);
}

function serverKeyOf(socket: TLSSocket): Uint8Array | undefined {
  return socket.alpnProtocol === PEER_PROTOCOL ? peerCertificateOf(socket)?.publicKey : undefined;
}
