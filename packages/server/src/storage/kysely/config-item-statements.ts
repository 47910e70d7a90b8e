import { HISTORY_MAX } from "../../domain/config-item/config-item-store.ts";
import { isPrimary } from "./primary-version.ts";
import { statement } from "./statement.ts";

const COLUMNS = [
  "application_id",
  "identifier",
  "revision",
  "version",
  "written_at_ms",
  "written_by",
  "sealed",
] as const;

export const selectItem = statement(({ db }, applicationId: string, identifier: string) =>
  db
    .selectFrom("config_item")
    .select(COLUMNS)
    .where("application_id", "=", applicationId)
    .where("identifier", "=", identifier),
);

/** `identifiers` is a JSON array. */
export const selectItems = statement(
  ({ db, textsOf }, applicationId: string, identifiers: string) =>
    db
      .selectFrom("config_item")
      .select(COLUMNS)
      .where("application_id", "=", applicationId)
      .where("identifier", "in", textsOf(identifiers)),
);

export const selectHistory = statement(({ db }, applicationId: string, identifier: string) =>
  db
    .selectFrom("config_item_revision")
    .select(COLUMNS)
    .where("application_id", "=", applicationId)
    .where("identifier", "=", identifier)
    .orderBy("sequence", "desc")
    .limit(HISTORY_MAX),
);

/**
 * The version's row is the source of what is inserted: no primary version, no row (P3). So is the
 * application's, locked against a removal that would break the reference of what is inserted.
 */
export const insertItem = statement(
  (
    { db, kind },
    applicationId: string,
    identifier: string,
    revision: Uint8Array,
    sealed: Uint8Array,
    writtenAtMs: bigint,
    writtenBy: string,
    version: bigint,
    checkValue: Uint8Array,
  ) =>
    db
      .insertInto("config_item")
      .columns(COLUMNS)
      .expression(
        db
          .selectFrom(["version", "application"])
          .select((values) => [
            "application.application_id",
            values.val(identifier).as("identifier"),
            values.val(revision).as("revision"),
            "version.number as version",
            values.val(writtenAtMs).as("written_at_ms"),
            values.val(writtenBy).as("written_by"),
            values.val(sealed).as("sealed"),
          ])
          .where(isPrimary(version, checkValue))
          .where("application.application_id", "=", applicationId)
          .$if(kind === "postgres", (query) => query.forKeyShare("application")),
      )
      .onConflict((conflict) => conflict.columns(["application_id", "identifier"]).doNothing()),
);

export const updateItem = statement(
  (
    { db },
    applicationId: string,
    identifier: string,
    revision: Uint8Array,
    sealed: Uint8Array,
    writtenAtMs: bigint,
    writtenBy: string,
    version: bigint,
    checkValue: Uint8Array,
    expectedRevision: Uint8Array,
  ) =>
    db
      .updateTable("config_item")
      .set({ revision, sealed, version, written_at_ms: writtenAtMs, written_by: writtenBy })
      .where("application_id", "=", applicationId)
      .where("identifier", "=", identifier)
      .where("revision", "=", expectedRevision)
      .where((when) =>
        when.exists(
          when.selectFrom("version").select("number").where(isPrimary(version, checkValue)),
        ),
      ),
);

export const deleteItem = statement(({ db }, applicationId: string, identifier: string) =>
  db
    .deleteFrom("config_item")
    .where("application_id", "=", applicationId)
    .where("identifier", "=", identifier),
);

/**
 * Copies the row into the history if it is at the revision, and locks it, so that whoever changes
 * it meanwhile is waited for. The application is locked first: its removal locks it first, too.
 */
export const keepFormer = statement(
  ({ db, kind }, applicationId: string, identifier: string, revision: Uint8Array) =>
    db
      .insertInto("config_item_revision")
      .columns(COLUMNS)
      .expression(
        db
          .selectFrom("application")
          .innerJoin("config_item", "config_item.application_id", "application.application_id")
          .select(COLUMNS.map((column) => `config_item.${column}` as const))
          .where("application.application_id", "=", applicationId)
          .where("config_item.identifier", "=", identifier)
          .where("config_item.revision", "=", revision)
          .$if(kind === "postgres", (query) =>
            query.forKeyShare("application").forUpdate("config_item"),
          ),
      ),
);

/** Takes back what `keepFormer` did. */
export const forgetFormer = statement(
  ({ db }, applicationId: string, identifier: string, revision: Uint8Array) =>
    db
      .deleteFrom("config_item_revision")
      .where("application_id", "=", applicationId)
      .where("identifier", "=", identifier)
      .where("revision", "=", revision),
);

/** After each `keepFormer`, so that there is never more than one to remove. */
export const pruneHistory = statement(({ db }, applicationId: string, identifier: string) =>
  db
    .deleteFrom("config_item_revision")
    .where("sequence", "in", (from) =>
      from
        .selectFrom("config_item_revision")
        .select("sequence")
        .where("application_id", "=", applicationId)
        .where("identifier", "=", identifier)
        .orderBy("sequence", "desc")
        .limit(HISTORY_MAX)
        .offset(HISTORY_MAX),
    ),
);
