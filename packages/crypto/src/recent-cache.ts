/**
 * Remembers what was made for the keys asked for most recently: at least `size` of them and at most
 * twice as many. Two maps rather than one in order of use, because a hit in the newer one, the
 * common case, then costs one look-up and no write.
 */
export class RecentCache<V> {
  readonly #size: number;
  #newer = new Map<string, V>();
  #older = new Map<string, V>();

  constructor(size: number) {
    this.#size = size;
  }

  /** What was remembered for the key, or else what `make` gives. */
  get(key: string, make: () => V): V {
    const recent = this.#newer.get(key);
    if (recent !== undefined) {
      return recent;
    }
    const value = this.#older.get(key) ?? make();
    this.#remember(key, value);
    return value;
  }

  clear(): void {
    this.#newer.clear();
    this.#older.clear();
  }

  #remember(key: string, value: V): void {
    if (this.#newer.size >= this.#size) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, value);
  }
}
