import { DOMAIN, type Mutation, STORED } from "./mutation.ts";

/** Uses of rows without their stamp. */
export function stamps(): readonly Mutation[] {
  return [
    {
      name: "no stamp is verified",
      file: `${DOMAIN}/stamp/row-guard.ts`,
      from: "      verifyStamp(ring, row, found.stamp);\n",
      to: "",
      caughtBy: "application.generation, edited",
    },
    {
      name: "an application is used without its stamp",
      file: `${DOMAIN}/application/get-application.ts`,
      from: "guard.verify(ring, applicationStampColumns, found)",
      to: "found.unverifiedRow as never",
      caughtBy: "application.generation, edited",
    },
    {
      name: "a token is taken without its stamp",
      file: `${DOMAIN}/token/authenticate.ts`,
      from: "deps.guard.verify(ring, apiTokenStampColumns, looked.value)",
      to: "looked.value.unverifiedRow as never",
      caughtBy: "api_token.secret_hash, edited: that of a secret",
    },
    {
      name: "a token is listed without its stamp",
      file: `${DOMAIN}/token/manage-tokens.ts`,
      from: "deps.guard.verify(ring, apiTokenStampColumns, row)",
      to: "row.unverifiedRow",
      caughtBy: "api_token, a row forged",
    },
    {
      name: "a token needs no secret",
      file: `${DOMAIN}/token/authenticate.ts`,
      from: "equalBytes(token.secretHash, presented.secretHash) &&",
      to: "",
      caughtBy: "works when nobody has touched anything",
    },
    {
      name: "a backup counts without its stamp",
      file: `${DOMAIN}/master-secret/secret-status.ts`,
      from: "deps.guard.verify(ring, backupStampColumns, row)",
      to: "row.unverifiedRow",
      caughtBy: "backup, a row forged",
    },
    {
      name: "a backup's row is stamped anew without its stamp",
      file: `${DOMAIN}/master-secret/verify-backup.ts`,
      from: "guard.verify(ring, backupStampColumns, found)",
      to: "found.unverifiedRow",
      caughtBy: "backup.made_at_ms, edited",
    },
    {
      name: "the key of an application's name is believed",
      file: `${STORED}/application-store.ts`,
      from: "row.name_key !== foldName(row.name)",
      to: "false",
      caughtBy: "application.name_key, edited",
    },
    {
      name: "an unreadable row is refused in silence",
      file: `${DOMAIN}/stamp/row-guard.ts`,
      from: 'isCoded(error, "row-not-authentic")',
      to: "false",
      caughtBy: "application.type, edited: a type that there is not",
    },
  ];
}

/** Stamps that leave out a column. */
export function stampedColumns(): readonly Mutation[] {
  const application = `${DOMAIN}/application/application.ts`;
  const backup = `${DOMAIN}/backup/backup.ts`;
  const token = `${DOMAIN}/token/api-token.ts`;
  const dropped = (
    file: string,
    table: string,
    column: string,
    [from, to]: readonly [string, string],
    caughtBy = `${table}.${column}, edited`,
  ): Mutation => ({ name: `the stamp leaves out ${table}.${column}`, file, from, to, caughtBy });
  const stampFields = (file: string, table: string, key: string, id: string) => [
    dropped(file, table, key, [`primaryKey: [text(row.${id})]`, "primaryKey: []"]),
    dropped(file, table, "revision", ["revision: row.revision,", "revision: new Uint8Array(),"]),
  ];
  return [
    ...stampFields(application, "application", "application_id", "applicationId"),
    dropped(
      application,
      "application",
      "name",
      ["      text(row.name),\n", ""],
      "an application renamed, with the key of its new name",
    ),
    dropped(application, "application", "type", ["      text(row.type),\n", ""]),
    dropped(application, "application", "generation", ["      u32(row.generation),\n", ""]),
    dropped(application, "application", "is_enabled", ["      u32(row.isEnabled ? 1 : 0),\n", ""]),
    dropped(application, "application", "settings", ["      text(row.settings),\n", ""]),
    ...stampFields(token, "api_token", "token_id", "tokenId"),
    dropped(token, "api_token", "secret_hash", ["      row.secretHash,\n", ""]),
    dropped(token, "api_token", "name", ["      text(row.name),\n", ""]),
    dropped(token, "api_token", "kind", ["      text(row.kind),\n", ""]),
    dropped(token, "api_token", "may_reveal", ["      u32(row.mayReveal ? 1 : 0),\n", ""]),
    dropped(token, "api_token", "applications", [
      "      concat(...row.applications.map(text)),\n",
      "",
    ]),
    dropped(token, "api_token", "created_at_ms", ["      u64(BigInt(row.createdAtMs)),\n", ""]),
    dropped(token, "api_token", "created_by", ["      text(row.createdBy),\n", ""]),
    dropped(token, "api_token", "expires_at_ms", ["      u64(BigInt(row.expiresAtMs)),\n", ""]),
    ...stampFields(backup, "backup", "backup_id", "backupId"),
    dropped(backup, "backup", "made_at_ms", ["      instant(row.madeAtMs),\n", ""]),
    dropped(backup, "backup", "verified_at_ms", ["      optionalField(verifiedAt),\n", ""]),
    dropped(backup, "backup", "place", ["      text(row.place),\n", ""]),
    dropped(backup, "backup", "path", ["      text(row.path),\n", ""]),
    dropped(backup, "backup", "versions", ["      concat(...versions),\n", ""]),
  ];
}
