import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { stepCachedSecret, type CachedSecret, type CachedSecretEvent } from "./cached-secret.ts";

/** The keyring in this node's memory and whether it may be used. */
export class KeyringHolder {
  readonly #clock: Clock;
  #state: CachedSecret = { kind: "empty" };
  #ring: Keyring | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  state(): CachedSecret["kind"] {
    this.#apply({ kind: "tick", now: this.#clock.monotonic() });
    return this.#state.kind;
  }

  /** Takes the ring over; the one held before is erased. */
  opened(ring: Keyring): void {
    this.#ring?.erase();
    this.#ring = ring;
    this.#apply({ kind: "opened" });
  }

  apply(event: Exclude<CachedSecretEvent, { kind: "opened" | "tick" }>): void {
    this.#apply(event);
    if (event.kind === "revoked") {
      this.erase();
    }
  }

  held(): Keyring | undefined {
    return this.#ring;
  }

  /** For reading. Throws `master-secret-unavailable`. P1: needs no fresh confirmation. */
  forReading(): Keyring {
    if (this.#ring === undefined) {
      throw new CodedError("master-secret-unavailable", {
        detail:
          "this node has not opened its keyring; `chatelaine status` says what it waits for, " +
          "another node may answer",
      });
    }
    return this.#ring;
  }

  /** For sealing. Throws `master-secret-server-unavailable` without a fresh confirmation (P5). */
  forSealing(): Keyring {
    const ring = this.forReading();
    if (this.state() !== "confirmed") {
      throw new CodedError("master-secret-server-unavailable", {
        detail:
          "values can be read but nothing new can be sealed until there is a master secret " +
          "server again; `chatelaine status` says who it was",
      });
    }
    return ring;
  }

  erase(): void {
    this.#ring?.erase();
    this.#ring = undefined;
  }

  #apply(event: CachedSecretEvent): void {
    this.#state = stepCachedSecret(this.#state, event);
  }
}
