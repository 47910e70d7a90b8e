/** What a node of the software before this migration may still do with the schema after it. */
export type Compatibility =
  | "compatible" // it goes on reading and writing
  | "breaking"; // it must refuse the database

/** One step of the schema, forward only. Never edited once released: nodes have run it. */
export interface Migration {
  /** From 1, without gaps; also the first four digits of the file's name. */
  readonly number: number;
  readonly name: string;
  readonly compatibility: Compatibility;
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
}
