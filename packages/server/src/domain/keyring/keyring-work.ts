import type { Charter } from "@chatelaine/crypto";
import { plusMs, type Clock, type MonotonicMs } from "../../platform/clock.ts";
import { CodedError } from "../../base/coded-error.ts";
import type { KeyringHolder } from "./keyring-holder.ts";
import { KeyringOutdated, type KeyringNeed } from "../keyring-outdated/keyring-outdated.ts";

/** How long a version that a refresh did not bring is taken for one that there is not. */
const MISSING_MS = 2000;
/** How many such versions are remembered: whoever writes the database can name any. */
const MISSING_MAX = 64;

/**
 * Work with the keyring that is begun once more if the keyring turns out to be outdated: after a
 * refresh, which all who wait for one share.
 */
export class KeyringWork {
  readonly #holder: KeyringHolder;
  readonly #clock: Clock;
  /** Resolves when a refresh that began after the call has ended, whatever it brought. */
  readonly #refresh: () => Promise<void>;
  readonly #charter: () => Pick<Charter, "versions">;
  readonly #missing = new Map<number, MonotonicMs>();

  constructor(
    holder: KeyringHolder,
    clock: Clock,
    from: {
      readonly refresh: () => Promise<void>;
      /** As this node knows it now. */
      readonly charter: () => Pick<Charter, "versions">;
    },
  ) {
    this.#holder = holder;
    this.#clock = clock;
    this.#refresh = from.refresh;
    this.#charter = from.charter;
  }

  /**
   * `run` changes nothing when it throws `KeyringOutdated`: its transaction was rolled back. Throws
   * `master-secret-version-unknown` for what is under a version of the charter that this node has
   * not got yet, which is no sign of tampering.
   */
  async run<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await this.#holder.reading(run);
    } catch (error) {
      if (!(error instanceof KeyringOutdated) || !this.#mayHelp(error.need)) {
        throw this.#told(error);
      }
      await this.#refreshFor(error.need);
    }
    try {
      return await this.#holder.reading(run);
    } catch (error) {
      throw this.#told(error);
    }
  }

  /**
   * As `run`, for work that cannot be begun again, such as with a passphrase that was erased: it
   * fails, but whoever asks again finds the refresh done.
   */
  async runOnce<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await this.#holder.reading(run);
    } catch (error) {
      if (error instanceof KeyringOutdated && this.#mayHelp(error.need)) {
        await this.#refreshFor(error.need);
      }
      throw this.#told(error);
    }
  }

  /** Whether a version which the keyring lacks may come, with the next refresh or later. */
  mayComeToKnow(number: number): boolean {
    return this.#isListed(number) || this.#isWorthRefresh(number);
  }

  #mayHelp(need: KeyringNeed): boolean {
    return need.kind === "primary" || this.#has(need.number) || this.#isWorthRefresh(need.number);
  }

  #isWorthRefresh(number: number): boolean {
    const until = this.#missing.get(number);
    return until === undefined || this.#clock.monotonic() >= until;
  }

  #isListed(number: number): boolean {
    return this.#charter().versions.some(
      (version) => version.number === number && version.state !== "destroyed",
    );
  }

  /** What the charter does not list, or says destroyed, stays what it looked like. */
  #told(error: unknown): unknown {
    if (!(error instanceof KeyringOutdated) || error.need.kind !== "version") {
      return error;
    }
    const { number } = error.need;
    return this.#isListed(number)
      ? new CodedError("master-secret-version-unknown", {
          detail:
            `it is under version ${String(number)} of the master secret, which this node has not ` +
            "got yet; it asks for it on its own",
          cause: error,
        })
      : error;
  }

  async #refreshFor(need: KeyringNeed): Promise<void> {
    if (need.kind === "version" && this.#has(need.number)) {
      return; // another's refresh brought it meanwhile
    }
    await this.#refresh();
    if (need.kind === "version" && !this.#has(need.number)) {
      this.#rememberMissing(need.number);
    }
  }

  #has(number: number): boolean {
    return this.#holder.held()?.has(number) ?? false;
  }

  #rememberMissing(number: number): void {
    const [oldest] = this.#missing.keys();
    if (this.#missing.size >= MISSING_MAX && oldest !== undefined) {
      this.#missing.delete(oldest);
    }
    this.#missing.set(number, plusMs(this.#clock.monotonic(), MISSING_MS));
  }
}
