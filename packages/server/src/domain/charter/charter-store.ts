/** The charter's row. `serial` is a copy for humans; the note decides. */
export interface CharterRow {
  readonly serial: bigint;
  readonly note: string;
}

export interface CharterReader {
  find(): Promise<CharterRow | undefined>;
}

export interface CharterStore extends CharterReader {
  /** Puts the first charter, or replaces the one there is. */
  put(row: CharterRow): Promise<void>;
}
