import type { Keyring } from "@chatelaine/crypto";

interface RetiredRing {
  readonly ring: Keyring;
  /** Those who began while it was the one to read with. */
  readonly readers: Set<symbol>;
}

/** Erases keyrings that are not used any more, but not under whoever still reads with them. */
export class RingReaders {
  readonly #active = new Set<symbol>();
  readonly #retired = new Set<RetiredRing>();

  /** What `run` got before the ring was retired is not erased until it has ended. */
  async reading<T>(run: () => Promise<T>): Promise<T> {
    const reader = Symbol("reader");
    this.#active.add(reader);
    try {
      return await run();
    } finally {
      this.#active.delete(reader);
      this.#ended(reader);
    }
  }

  /** Erases the ring at once if nobody reads, else when the last who may have it has ended. */
  retire(ring: Keyring): void {
    if (this.#active.size === 0) {
      ring.erase();
    } else {
      this.#retired.add({ ring, readers: new Set(this.#active) });
    }
  }

  /** Erases all, whoever reads. */
  eraseNow(): void {
    for (const { ring } of this.#retired) {
      ring.erase();
    }
    this.#retired.clear();
  }

  #ended(reader: symbol): void {
    for (const retired of this.#retired) {
      retired.readers.delete(reader);
      if (retired.readers.size === 0) {
        retired.ring.erase();
        this.#retired.delete(retired);
      }
    }
  }
}
