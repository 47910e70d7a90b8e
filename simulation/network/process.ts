import type { Warrant } from "@chatelaine/crypto";
import type { PeerHandlers } from "../../packages/server/src/cluster/peer-acts.ts";
import type { Roster } from "../../packages/server/src/domain/node/roster.ts";
import type { Life } from "../engine/life.ts";
import type { Place } from "./links.ts";

/** A running process as the network sees it. */
export interface NetworkProcess {
  readonly place: Place;
  readonly address: string;
  readonly life: Life;
  /** Its own TLS key, which it shows to whoever it talks to. */
  readonly tlsKey: Uint8Array;
  /** By which it knows its callers. */
  readonly roster: Roster;
  /** Undefined until it serves. */
  readonly handlers: PeerHandlers | undefined;
}

/** Who listens at which address now. */
export class Processes {
  readonly #running = new Map<string, NetworkProcess>();
  readonly #rejecting = new Set<string>();

  started(process: NetworkProcess): void {
    this.#running.set(process.address, process);
    this.#rejecting.delete(process.address);
  }

  ended(process: NetworkProcess): void {
    if (this.#running.get(process.address) === process) {
      this.#running.delete(process.address);
    }
  }

  /** Something in between answers for that address that nobody is there, on open connections too. */
  reject(address: string): void {
    this.#rejecting.add(address);
    this.#running.delete(address);
  }

  isRejecting(address: string): boolean {
    return this.#rejecting.has(address);
  }

  at(address: string): NetworkProcess | undefined {
    return this.#running.get(address);
  }
}

export function callerOf({ roster }: NetworkProcess, tlsKey: Uint8Array): Warrant | undefined {
  return roster.ofTlsKey(tlsKey);
}
