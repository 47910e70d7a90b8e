import { CodedError, isCoded } from "../base/coded-error.ts";
import type { SsoDatabase, SsoDatabaseLocation } from "../domain/store/sso-database.ts";
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

/** As `location.open`; where no system is, says where it was looked for. */
export async function openDatabase(location: SsoDatabaseLocation): Promise<SsoDatabase> {
  try {
    return await location.open();
  } catch (cause) {
    if (isCoded(cause, "system-not-found")) {
      throw new CodedError("system-not-found", {
        detail:
          `there is no SSO database at ${location.display}; bring it back from a copy, or look ` +
          "for the one that this system uses",
        cause,
      });
    }
    throw cause;
  }
}
