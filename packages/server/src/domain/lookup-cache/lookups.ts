/**
 * Reads that go on while the database is away: from the rows this node has looked up before.
 * `Stores` is what the reader needs, and nothing more.
 */
export interface Lookups<Stores> {
  /**
   * Runs `run` on the database; if that is away, once more on what is kept. Throws what `run`
   * threw, or `database-unavailable` or `database-locked` where a row is not kept either: what is
   * not there is no answer, only what the database says is not there.
   */
  read<T>(run: (stores: Stores) => Promise<T>): Promise<LookedUp<T>>;
}

export interface LookedUp<T> {
  readonly value: T;
  /** For how long the oldest row behind it has been kept; undefined: the database answered now. */
  readonly ageMs: number | undefined;
  /**
   * Keeps the rows that were read; called once they were found to be authentic and to open.
   * `no-values`: their application does not let sealed values be kept, which then are dropped.
   */
  keep(what: "everything" | "no-values"): void;
}
