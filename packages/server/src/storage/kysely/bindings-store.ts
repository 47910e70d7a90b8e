import type { Selectable } from "kysely";
import type {
  BindingsPage,
  BindingsStore,
  SealedBindings,
  SealedChunk,
} from "../../domain/bindings/bindings-store.ts";
import type { PutOutcome, SealingVersion } from "../../domain/config-item/config-item-store.ts";
import { isPrimary, selectPrimary, versionValues } from "./primary-version.ts";
import { instantColumn, u32Value, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

const COLUMNS = [
  "name_key",
  "revision",
  "version",
  "written_at_ms",
  "written_by",
  "sealed",
] as const;

const selectByKey = statement(({ db }, nameKey: string) =>
  db.selectFrom("binding_file").selectAll().where("name_key", "=", nameKey),
);

/** The version's row is the source of what is inserted: no primary version, no row (P3). */
const insertFile = statement(
  (
    { db },
    nameKey: string,
    revision: Uint8Array,
    sealed: Uint8Array,
    writtenAtMs: bigint,
    writtenBy: string,
    version: bigint,
    checkValue: Uint8Array,
  ) =>
    db
      .insertInto("binding_file")
      .columns(COLUMNS)
      .expression(
        db
          .selectFrom("version")
          .select((values) => [
            values.val(nameKey).as("name_key"),
            values.val(revision).as("revision"),
            "version.number as version",
            values.val(writtenAtMs).as("written_at_ms"),
            values.val(writtenBy).as("written_by"),
            values.val(sealed).as("sealed"),
          ])
          .where(isPrimary(version, checkValue)),
      )
      .onConflict((conflict) => conflict.column("name_key").doNothing()),
);

const deleteFile = statement(({ db }, nameKey: string, revision: Uint8Array) =>
  db.deleteFrom("binding_file").where("name_key", "=", nameKey).where("revision", "=", revision),
);

const deleteChunks = statement(({ db }, nameKey: string) =>
  db.deleteFrom("binding_file_chunk").where("name_key", "=", nameKey),
);

const insertChunk = statement(
  (
    { db },
    nameKey: string,
    number: bigint,
    sealed: Uint8Array,
    version: bigint,
    checkValue: Uint8Array,
  ) =>
    db
      .insertInto("binding_file_chunk")
      .columns(["name_key", "number", "version", "sealed"])
      .expression(
        db
          .selectFrom("version")
          .select((values) => [
            values.val(nameKey).as("name_key"),
            values.val(number).as("number"),
            "version.number as version",
            values.val(sealed).as("sealed"),
          ])
          .where(isPrimary(version, checkValue)),
      ),
);

export class KyselyBindingsStore implements BindingsStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(nameKey: string): Promise<SealedBindings | undefined> {
    const { rows } = await selectByKey(this.#sql, nameKey);
    return rows.map(sealedBindings)[0];
  }

  async chunks(nameKey: string, first: number, end: number): Promise<readonly SealedChunk[]> {
    const rows = await this.#sql.db
      .selectFrom("binding_file_chunk")
      .select(["number", "sealed"])
      .where("name_key", "=", nameKey)
      .where("number", ">=", BigInt(first))
      .where("number", "<", BigInt(end))
      .orderBy("number")
      .execute();
    return rows.map(({ number, sealed }) => ({
      number: u32Value(number, "binding_file_chunk.number"),
      sealed,
    }));
  }

  async list({ after, limit }: BindingsPage): Promise<readonly SealedBindings[]> {
    const rows = await this.#sql.db
      .selectFrom("binding_file")
      .selectAll()
      .$if(after !== undefined, (query) => query.where("name_key", ">", after ?? ""))
      .orderBy("name_key")
      .limit(limit)
      .execute();
    return rows.map(sealedBindings);
  }

  /** The former row goes with its chunks, and so the file is written as a new one. */
  async put(
    bindings: SealedBindings,
    chunks: readonly SealedChunk[],
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome> {
    const { nameKey, revision, sealed, writtenAtMs, writtenBy } = bindings;
    if (expectedRevision !== undefined && !(await this.remove(nameKey, expectedRevision))) {
      return "conflict";
    }
    const written = [instantColumn(writtenAtMs), writtenBy] as const;
    const values = versionValues(version);
    const added = await insertFile(this.#sql, nameKey, revision, sealed, ...written, ...values);
    if (added.numAffectedRows !== 1n) {
      return this.#whyNot(version);
    }
    // There are none, unless somebody else has removed their file.
    await deleteChunks(this.#sql, nameKey);
    for (const chunk of chunks) {
      const number = BigInt(chunk.number);
      const { numAffectedRows } = await insertChunk(
        this.#sql,
        nameKey,
        number,
        chunk.sealed,
        ...values,
      );
      if (numAffectedRows !== 1n) {
        return this.#whyNot(version);
      }
    }
    return "stored";
  }

  /** The chunks go with their file, by the foreign key. */
  async remove(nameKey: string, revision: Uint8Array): Promise<boolean> {
    const { numAffectedRows } = await deleteFile(this.#sql, nameKey, revision);
    return numAffectedRows === 1n;
  }

  async #whyNot(version: SealingVersion): Promise<PutOutcome> {
    const { rows } = await selectPrimary(this.#sql, ...versionValues(version));
    return rows.length === 0 ? "version-not-primary" : "conflict";
  }
}

function sealedBindings(row: Omit<Selectable<Tables["binding_file"]>, "version">): SealedBindings {
  return {
    nameKey: row.name_key,
    revision: row.revision,
    sealed: row.sealed,
    writtenAtMs: wallTime(row.written_at_ms),
    writtenBy: row.written_by,
  };
}
