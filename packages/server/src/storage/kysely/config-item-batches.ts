import { type QueryResult, type RawBuilder, sql as raw } from "kysely";
import { toHex } from "@chatelaine/crypto";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import {
  HISTORY_MAX,
  type ItemToPut,
  type PutOutcome,
  type SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import { selectPrimary, versionValues } from "./primary-version.ts";
import { instantColumn } from "./row-values.ts";
import type { Sql } from "./sql.ts";

/** What one statement takes: each item has four parameters, and a statement 32,766 at most. */
const ITEMS_MAX = 500;
const SEALED_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Writes many items in few statements, with the conditions of one: the former rows are copied into
 * the history and locked before they are replaced, and the version's row is the source of what is
 * written (P3). Unless it is "stored", what was written has to be rolled back.
 */
export async function putItems(
  sql: Sql,
  items: readonly ItemToPut[],
  version: SealingVersion,
): Promise<PutOutcome> {
  for (const batch of batches(items)) {
    const [first] = batch;
    const outcome =
      first === undefined
        ? "stored"
        : await putBatch(sql, first.item.applicationId, batch, version);
    if (outcome !== "stored") {
      return outcome;
    }
  }
  return "stored";
}

/** Items of one application each, in the order in which any transaction locks them. */
function batches(items: readonly ItemToPut[]): readonly (readonly ItemToPut[])[] {
  const found: ItemToPut[][] = [];
  let bytes = 0;
  for (const item of items.toSorted(byPlace)) {
    const current = found.at(-1);
    const isFull =
      current === undefined ||
      current[0]?.item.applicationId !== item.item.applicationId ||
      current.length === ITEMS_MAX ||
      bytes + item.item.sealed.length > SEALED_BYTES_MAX;
    bytes = item.item.sealed.length + (isFull ? 0 : bytes);
    if (isFull) {
      found.push([item]);
    } else {
      current.push(item);
    }
  }
  return found;
}

function byPlace({ item: a }: ItemToPut, { item: b }: ItemToPut): number {
  const [one, other] =
    a.applicationId === b.applicationId
      ? [a.identifier, b.identifier]
      : [a.applicationId, b.applicationId];
  return one < other ? -1 : Number(one > other);
}

async function putBatch(
  sql: Sql,
  applicationId: ApplicationId,
  batch: readonly ItemToPut[],
  version: SealingVersion,
): Promise<PutOutcome> {
  const former = batch.filter(({ expectedRevision }) => expectedRevision !== undefined);
  const fresh = batch.filter(({ expectedRevision }) => expectedRevision === undefined);
  if (former.length > 0) {
    if ((await keepFormerOf(sql, applicationId, former)) !== former.length) {
      return "conflict";
    }
    // Their rows are locked and are as expected, so that nothing is compared again.
    const replaced = await write(sql, applicationId, former, version, REPLACING);
    if (replaced !== former.length) {
      return "version-not-primary";
    }
    await pruneHistories(sql, applicationId, former);
  }
  if (
    fresh.length > 0 &&
    (await write(sql, applicationId, fresh, version, ADDING)) !== fresh.length
  ) {
    const { rows } = await selectPrimary(sql, ...versionValues(version));
    return rows.length === 0 ? "version-not-primary" : "conflict";
  }
  return "stored";
}

const ADDING = raw`do nothing`;
const REPLACING = raw`do update set
  revision = excluded.revision, sealed = excluded.sealed, version = excluded.version,
  written_at_ms = excluded.written_at_ms, written_by = excluded.written_by`;

const COLUMNS = raw`application_id, identifier, revision, version, written_at_ms, written_by, sealed`;

/**
 * As `keepFormer`, for those that are at the revision expected; how many those were. SQLite takes
 * the tables of a cross join in their order, and so looks each item up instead of reading all.
 */
async function keepFormerOf(
  sql: Sql,
  applicationId: ApplicationId,
  items: readonly ItemToPut[],
): Promise<number> {
  const wanted = JSON.stringify(
    items.map(({ item, expectedRevision }) => [
      item.identifier,
      toHex(expectedRevision ?? new Uint8Array()),
    ]),
  );
  const isPostgres = sql.kind === "postgres";
  const each = isPostgres
    ? raw`jsonb_array_elements(cast(cast(${wanted} as text) as jsonb)) as each (value)`
    : raw`json_each(${wanted}) as each`;
  const revision = isPostgres
    ? raw`encode(config_item.revision, 'hex')`
    : raw`lower(hex(config_item.revision))`;
  const locks = isPostgres
    ? raw`order by config_item.identifier for key share of application for update of config_item`
    : raw``;
  return await changed(
    sql,
    raw`insert into config_item_revision (${COLUMNS})
      select config_item.application_id, config_item.identifier, config_item.revision,
        config_item.version, config_item.written_at_ms, config_item.written_by, config_item.sealed
      from ${each} cross join application cross join config_item
      where application.application_id = ${applicationId}
        and config_item.application_id = application.application_id
        and config_item.identifier = each.value ->> 0
        and ${revision} = each.value ->> 1
      ${locks}`,
  );
}

/** How many rows were written: none if the version is not primary. */
async function write(
  sql: Sql,
  applicationId: ApplicationId,
  items: readonly ItemToPut[],
  version: SealingVersion,
  onConflict: RawBuilder<unknown>,
): Promise<number> {
  const [number, checkValue] = versionValues(version);
  const bytes = raw.raw(sql.kind === "postgres" ? "bytea" : "blob");
  const rows = items.map(
    ({ item: { identifier, revision, sealed, writtenAtMs } }) =>
      raw`(cast(${identifier} as text), cast(${revision} as ${bytes}),
        cast(${sealed} as ${bytes}), cast(${instantColumn(writtenAtMs)} as bigint))`,
  );
  const writtenBy = items[0]?.item.writtenBy ?? "";
  const lock = sql.kind === "postgres" ? raw`for key share of application` : raw``;
  return await changed(
    sql,
    raw`with written (identifier, revision, sealed, written_at_ms) as (values ${raw.join(rows)})
      insert into config_item (${COLUMNS})
      select application.application_id, written.identifier, written.revision, version.number,
        written.written_at_ms, cast(${writtenBy} as text), written.sealed
      from written, version, application
      where version.number = ${number} and version.check_value = ${checkValue}
        and version.state = 'primary' and application.application_id = ${applicationId}
      ${lock}
      on conflict (application_id, identifier) ${onConflict}`,
  );
}

/** As `pruneHistory`. */
async function pruneHistories(
  sql: Sql,
  applicationId: ApplicationId,
  items: readonly ItemToPut[],
): Promise<void> {
  const identifiers = JSON.stringify(items.map(({ item }) => item.identifier));
  await changed(
    sql,
    raw`delete from config_item_revision where sequence in (
      select sequence from (
        select sequence, row_number() over (partition by identifier order by sequence desc) as age
        from config_item_revision
        where application_id = ${applicationId} and identifier in ${sql.textsOf(identifiers)}
      ) as ordered
      where age > ${raw.lit(HISTORY_MAX)})`,
  );
}

async function changed(sql: Sql, query: RawBuilder<unknown>): Promise<number> {
  const result: QueryResult<unknown> = await query.execute(sql.db);
  return Number(result.numAffectedRows ?? 0n);
}
