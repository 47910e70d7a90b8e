import type { TLSSocket } from "node:tls";
import type { Warrant } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Roster } from "../../domain/node/roster.ts";
import type { Clock } from "../../platform/clock.ts";
import { peerCertificateOf } from "./peer-certificate.ts";
import type { Proof } from "./wire.ts";

/** What the other side of a connection has proved by its handshake, which does not change. */
interface Proved {
  /** SubjectPublicKeyInfo of the key that it holds; undefined if it showed no certificate. */
  readonly tlsKey: Uint8Array | undefined;
  /** Why its chain does not lead to the CA of the system; undefined if it does. */
  readonly chainProblem: string | undefined;
  readonly notAfterMs: number;
}

/** Which of the roster's warrants that is, found once for each roster. */
interface Known {
  readonly proved: Proved;
  roster: readonly Warrant[] | undefined;
  warrant: Warrant | undefined;
}

const NOTHING_PROVED: Proved = { tlsKey: undefined, chainProblem: undefined, notAfterMs: 0 };

/**
 * Says who is on the other side of a connection, anew for each request: a node is who holds the
 * key of a live warrant, however long the connection has been open.
 */
export class PeerAuthentication {
  readonly #roster: Roster;
  readonly #clock: Clock;
  readonly #known = new WeakMap<TLSSocket, Known>();

  constructor(roster: Roster, clock: Clock) {
    this.#roster = roster;
    this.#clock = clock;
  }

  /** The warrant of the node at the other end. Throws `node-not-recognized`. */
  callerOf(socket: TLSSocket, proof: Exclude<Proof, "none">): Warrant {
    const { tlsKey, chainProblem } = this.#knownOf(socket).proved;
    if (tlsKey === undefined) {
      throw new CodedError("node-not-recognized", {
        detail: "the connection shows no certificate of a node",
      });
    }
    const warrant = this.#warrantOf(socket);
    if (warrant === undefined) {
      throw new CodedError("node-not-recognized", {
        detail: "no live warrant that this node knows has the key of the connection",
      });
    }
    if (proof === "node" && (chainProblem !== undefined || !this.isInForce(socket))) {
      throw new CodedError("node-not-recognized", {
        detail:
          `the certificate of ${warrant.nodeId} does not hold ` +
          `(${chainProblem ?? "CERT_HAS_EXPIRED"}); it may ask for a new one`,
      });
    }
    return warrant;
  }

  /** Whether the other side has shown a key at all, warranted or not. */
  hasShownKey(socket: TLSSocket): boolean {
    return this.#knownOf(socket).proved.tlsKey !== undefined;
  }

  /** Whether its key is, now, that of a live warrant. */
  isWarranted(socket: TLSSocket): boolean {
    return this.#warrantOf(socket) !== undefined;
  }

  /** Whether the certificate that was in force at the handshake still is. */
  isInForce(socket: TLSSocket): boolean {
    return this.#clock.wallTime() <= this.#knownOf(socket).proved.notAfterMs;
  }

  #warrantOf(socket: TLSSocket): Warrant | undefined {
    const known = this.#knownOf(socket);
    const { warrants } = this.#roster;
    if (known.roster !== warrants) {
      const { tlsKey } = known.proved;
      known.warrant = tlsKey && this.#roster.ofTlsKey(tlsKey);
      known.roster = warrants;
    }
    return known.warrant;
  }

  #knownOf(socket: TLSSocket): Known {
    const known = this.#known.get(socket) ?? {
      proved: provedBy(socket),
      roster: undefined,
      warrant: undefined,
    };
    this.#known.set(socket, known);
    return known;
  }
}

function provedBy(socket: TLSSocket): Proved {
  // TLS has checked the signature that only the holder of the private key can make (RFC 8446,
  // 4.4.3), whether or not it could follow the chain.
  const certificate = peerCertificateOf(socket);
  if (certificate === undefined) {
    return NOTHING_PROVED;
  }
  const { publicKey, notAfterMs } = certificate;
  return { tlsKey: publicKey, chainProblem: chainProblemOf(socket), notAfterMs };
}

function chainProblemOf(socket: TLSSocket): string | undefined {
  return socket.authorized ? undefined : codeOf(socket.authorizationError);
}

/** Declared an Error, and at run time the code of OpenSSL as text. */
function codeOf(problem: unknown): string {
  return typeof problem === "string" ? problem : "the chain does not hold";
}
