import type { Selectable } from "kysely";
import type { ApiTokenId } from "@chatelaine/crypto";
import { type ApplicationId, isApplicationId } from "../../domain/application-id/application-id.ts";
import type { StampedRowToWrite, Unverified } from "../../domain/stamp/row-guard.ts";
import {
  TOKENS_LISTED_MAX,
  type ApiToken,
  type ApiTokenKind,
} from "../../domain/token/api-token.ts";
import type { ApiTokenStore } from "../../domain/token/api-token-store.ts";
import {
  flagColumn,
  flagValue,
  instantColumn,
  oneOf,
  stampedInstant,
  unreadableColumn,
} from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

const KINDS: readonly ApiTokenKind[] = ["admin", "reader"];

/** Between the ids in column `applications`; none of them holds it. */
const SEPARATOR = " ";

const selectById = statement(({ db }, tokenId: string) =>
  db.selectFrom("api_token").selectAll().where("token_id", "=", tokenId),
);

export class KyselyApiTokenStore implements ApiTokenStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(tokenId: ApiTokenId): Promise<Unverified<ApiToken> | undefined> {
    const { rows } = await selectById(this.#sql, tokenId);
    return rows.map(unverifiedToken)[0];
  }

  async list(): Promise<readonly Unverified<ApiToken>[]> {
    const rows = await this.#sql.db
      .selectFrom("api_token")
      .selectAll()
      .orderBy("created_at_ms", "desc")
      .orderBy("token_id", "desc")
      .limit(TOKENS_LISTED_MAX)
      .execute();
    return rows.map(unverifiedToken);
  }

  async add({ row, stamp, stampVersion }: StampedRowToWrite<ApiToken>): Promise<void> {
    await this.#sql.db
      .insertInto("api_token")
      .values({
        token_id: row.tokenId,
        revision: row.revision,
        secret_hash: row.secretHash,
        name: row.name,
        kind: row.kind,
        may_reveal: flagColumn(row.mayReveal),
        applications: row.applications.join(SEPARATOR),
        created_at_ms: instantColumn(row.createdAtMs),
        created_by: row.createdBy,
        expires_at_ms: instantColumn(row.expiresAtMs),
        stamp,
        stamp_version: BigInt(stampVersion),
      })
      .execute();
  }

  async remove(tokenId: ApiTokenId): Promise<boolean> {
    const { numDeletedRows } = await this.#sql.db
      .deleteFrom("api_token")
      .where("token_id", "=", tokenId)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }
}

function unverifiedToken(row: Selectable<Tables["api_token"]>): Unverified<ApiToken> {
  return {
    unverifiedRow: {
      tokenId: row.token_id as ApiTokenId,
      revision: row.revision,
      secretHash: row.secret_hash,
      name: row.name,
      kind: oneOf(KINDS, row.kind, "api_token.kind"),
      mayReveal: flagValue(row.may_reveal, "api_token.may_reveal"),
      applications: parseApplications(row.applications),
      createdAtMs: stampedInstant(row.created_at_ms, "api_token.created_at_ms"),
      createdBy: row.created_by,
      expiresAtMs: stampedInstant(row.expires_at_ms, "api_token.expires_at_ms"),
    },
    stamp: row.stamp,
  };
}

/** Only ids come through: the stamp joins them without a separator, and relies on their length. */
function parseApplications(column: string): readonly ApplicationId[] {
  const ids = column === "" ? [] : column.split(SEPARATOR);
  if (!ids.every(isApplicationId)) {
    throw unreadableColumn("api_token.applications");
  }
  return ids;
}
