import type { SsoDatabaseLocation } from "../domain/store/sso-database.ts";
import { databaseFiles } from "../platform/database-files.ts";
import type { Effects } from "./effects.ts";
import type { DatabaseLocator } from "./database-locator.ts";

/** The database of a locator; the driver is loaded only for the kind that is used. */
export async function databaseLocation(
  effects: Effects,
  locator: DatabaseLocator,
  databaseUrl: () => Promise<string>,
): Promise<SsoDatabaseLocation> {
  if (locator.kind === "sqlite") {
    const { sqliteLocation } = await import("../storage/sqlite/sqlite-location.ts");
    return sqliteLocation(locator.path, { ...effects, files: databaseFiles });
  }
  const { postgresLocation } = await import("../storage/postgres/postgres-location.ts");
  return postgresLocation(await databaseUrl(), effects);
}
