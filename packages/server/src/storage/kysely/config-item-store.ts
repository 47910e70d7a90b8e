import type { ApplicationId } from "../../domain/application/application.ts";
import type {
  ConfigItemStore,
  PutOutcome,
  SealedConfigItem,
  SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import { instantColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";

export class KyselyConfigItemStore implements ConfigItemStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(
    applicationId: ApplicationId,
    identifier: string,
  ): Promise<SealedConfigItem | undefined> {
    const row = await this.#sql.db
      .selectFrom("config_item")
      .select(["revision", "sealed", "written_at_ms"])
      .where("application_id", "=", applicationId)
      .where("identifier", "=", identifier)
      .executeTakeFirst();
    if (row === undefined) {
      return undefined;
    }
    const { revision, sealed } = row;
    return {
      applicationId,
      identifier,
      revision,
      sealed,
      writtenAtMs: wallTime(row.written_at_ms),
    };
  }

  async put(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome> {
    const written =
      expectedRevision === undefined
        ? await this.#insert(item, version)
        : await this.#replace(item, version, expectedRevision);
    if (written === 1n) {
      return "stored";
    }
    return (await this.#isAt(item, expectedRevision)) ? "version-not-primary" : "conflict";
  }

  /** The version's row is the source of what is inserted: no primary version, no row (P3). */
  async #insert(item: SealedConfigItem, version: SealingVersion): Promise<bigint | undefined> {
    const { numInsertedOrUpdatedRows } = await this.#sql.db
      .insertInto("config_item")
      .columns(["application_id", "identifier", "revision", "sealed", "version", "written_at_ms"])
      .expression((from) =>
        from
          .selectFrom("version")
          .select((columns) => [
            columns.val(item.applicationId).as("application_id"),
            columns.val(item.identifier).as("identifier"),
            columns.val(item.revision).as("revision"),
            columns.val(item.sealed).as("sealed"),
            "number",
            columns.val(instantColumn(item.writtenAtMs)).as("written_at_ms"),
          ])
          .where("number", "=", BigInt(version.number))
          .where("check_value", "=", version.checkValue)
          .where("state", "=", "primary"),
      )
      .onConflict((conflict) => conflict.columns(["application_id", "identifier"]).doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows;
  }

  async #replace(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array,
  ): Promise<bigint> {
    const { numUpdatedRows } = await this.#sql.db
      .updateTable("config_item")
      .set({
        revision: item.revision,
        sealed: item.sealed,
        version: BigInt(version.number),
        written_at_ms: instantColumn(item.writtenAtMs),
      })
      .where("application_id", "=", item.applicationId)
      .where("identifier", "=", item.identifier)
      .where("revision", "=", expectedRevision)
      .where((when) =>
        when.exists(
          when
            .selectFrom("version")
            .select("number")
            .where("number", "=", BigInt(version.number))
            .where("check_value", "=", version.checkValue)
            .where("state", "=", "primary"),
        ),
      )
      .executeTakeFirst();
    return numUpdatedRows;
  }

  /**
   * Whether the row is as the caller expected, after nothing was written: then it was the version
   * that was refused. If the row changed in between, "conflict" is true by now as well.
   */
  async #isAt(item: SealedConfigItem, revision: Uint8Array | undefined): Promise<boolean> {
    const row = await this.#sql.db
      .selectFrom("config_item")
      .select("revision")
      .where("application_id", "=", item.applicationId)
      .where("identifier", "=", item.identifier)
      .executeTakeFirst();
    return row === undefined || revision === undefined
      ? row === revision
      : Buffer.compare(row.revision, revision) === 0;
  }
}
