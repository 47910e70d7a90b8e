import type { Selectable } from "kysely";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import type {
  ConfigItemStore,
  ItemPage,
  ItemToPut,
  PutOutcome,
  SealedConfigItem,
  SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import { putItems } from "./config-item-batches.ts";
import {
  deleteItem,
  forgetFormer,
  insertItem,
  keepFormer,
  pruneHistory,
  selectHistory,
  selectItem,
  selectItems,
  updateItem,
} from "./config-item-statements.ts";
import { selectPrimary, versionValues } from "./primary-version.ts";
import { instantColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import type { Tables } from "./tables.ts";
import { utf8Range } from "./utf8-range.ts";

export class KyselyConfigItemStore implements ConfigItemStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(
    applicationId: ApplicationId,
    identifier: string,
  ): Promise<SealedConfigItem | undefined> {
    const { rows } = await selectItem(this.#sql, applicationId, identifier);
    return rows.map(sealedConfigItem)[0];
  }

  async findMany(
    applicationId: ApplicationId,
    identifiers: readonly string[],
  ): Promise<readonly SealedConfigItem[]> {
    const { rows } = await selectItems(this.#sql, applicationId, JSON.stringify(identifiers));
    return rows.map(sealedConfigItem);
  }

  async list(
    applicationId: ApplicationId,
    { after, limit, prefix }: ItemPage,
  ): Promise<readonly SealedConfigItem[]> {
    const { from, includesFrom, before } = utf8Range(prefix, after);
    const rows = await this.#sql.db
      .selectFrom("config_item")
      .selectAll()
      .where("application_id", "=", applicationId)
      .where("identifier", includesFrom ? ">=" : ">", from)
      .$if(before !== undefined, (query) => query.where("identifier", "<", before ?? ""))
      .orderBy("identifier")
      .limit(limit)
      .execute();
    return rows.map(sealedConfigItem);
  }

  async history(
    applicationId: ApplicationId,
    identifier: string,
  ): Promise<readonly SealedConfigItem[]> {
    const { rows } = await selectHistory(this.#sql, applicationId, identifier);
    return rows.map(sealedConfigItem);
  }

  put(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome> {
    return expectedRevision === undefined
      ? this.#insert(item, version)
      : this.#replace(item, version, expectedRevision);
  }

  putMany(items: readonly ItemToPut[], version: SealingVersion): Promise<PutOutcome> {
    return putItems(this.#sql, items, version);
  }

  async remove(
    applicationId: ApplicationId,
    identifier: string,
    expectedRevision: Uint8Array,
  ): Promise<boolean> {
    const kept = await keepFormer(this.#sql, applicationId, identifier, expectedRevision);
    if (kept.numAffectedRows !== 1n) {
      return false;
    }
    await deleteItem(this.#sql, applicationId, identifier);
    await pruneHistory(this.#sql, applicationId, identifier);
    return true;
  }

  async #insert(item: SealedConfigItem, version: SealingVersion): Promise<PutOutcome> {
    const inserted = await insertItem(this.#sql, ...itemValues(item), ...versionValues(version));
    if (inserted.numAffectedRows === 1n) {
      return "stored";
    }
    // If the version changed in between, what is said of it is true by now as well.
    const { rows } = await selectPrimary(this.#sql, ...versionValues(version));
    return rows.length === 0 ? "version-not-primary" : "conflict";
  }

  async #replace(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array,
  ): Promise<PutOutcome> {
    const former = [item.applicationId, item.identifier, expectedRevision] as const;
    const kept = await keepFormer(this.#sql, ...former);
    if (kept.numAffectedRows !== 1n) {
      return "conflict";
    }
    const updated = await updateItem(
      this.#sql,
      ...itemValues(item),
      ...versionValues(version),
      expectedRevision,
    );
    if (updated.numAffectedRows !== 1n) {
      await forgetFormer(this.#sql, ...former); // The row is locked: only the version can be why.
      return "version-not-primary";
    }
    await pruneHistory(this.#sql, item.applicationId, item.identifier);
    return "stored";
  }
}

function itemValues(item: SealedConfigItem) {
  const { applicationId, identifier, revision, sealed, writtenAtMs, writtenBy } = item;
  const writtenAt = instantColumn(writtenAtMs);
  return [applicationId, identifier, revision, sealed, writtenAt, writtenBy] as const;
}

function sealedConfigItem(
  row: Omit<Selectable<Tables["config_item"]>, "version">,
): SealedConfigItem {
  return {
    applicationId: row.application_id as ApplicationId,
    identifier: row.identifier,
    revision: row.revision,
    sealed: row.sealed,
    writtenAtMs: wallTime(row.written_at_ms),
    writtenBy: row.written_by,
  };
}
