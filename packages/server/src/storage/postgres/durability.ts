import { sql as raw } from "kysely";
import type { Sql } from "../kysely/sql.ts";

interface Settings {
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly synchronous_standby_names: string;
  readonly standbys: bigint;
}

/**
 * Why an acknowledged commit may be lost (D1), by what the server says of itself; undefined if
 * nothing speaks against it. `hasOtherHosts`: a failover is to be expected.
 */
export async function durabilityProblem(
  { db }: Sql,
  hasOtherHosts: boolean,
): Promise<string | undefined> {
  const { rows } = await raw<Settings>`
    select
      current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('synchronous_standby_names') as synchronous_standby_names,
      (select count(*) from pg_stat_replication) as standbys
  `.execute(db);
  const [settings] = rows;
  if (settings?.fsync !== "on") {
    return "fsync is off: a crash of the database server's machine may lose commits";
  }
  if (settings.synchronous_commit === "off") {
    return "synchronous_commit is off: a crash of the database server may lose commits";
  }
  const mayFailOver = hasOtherHosts || settings.standbys > 0n;
  const waits =
    settings.synchronous_standby_names !== "" && settings.synchronous_commit !== "local";
  return mayFailOver && !waits
    ? "no standby is synchronous: a failover of the database may lose commits"
    : undefined;
}
