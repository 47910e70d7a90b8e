import type { SsoDatabaseLocation } from "../../packages/server/src/domain/store/sso-database.ts";
import type { Migration } from "../../packages/server/src/storage/migrations/migration.ts";
import { postgresLocation } from "../../packages/server/src/storage/postgres/postgres-location.ts";
import { type ClientPlace, SimulatedClient } from "./simulated-client.ts";

/** Never resolved: the clients lead to the simulated server whatever it says. */
const URL = "postgres://node@simulated.invalid/sso";

/**
 * An SSO database on the simulated server. Everything above the driver is what runs in production:
 * stores, sessions, pools, faults and migrations.
 */
export function simulatedLocation(
  place: ClientPlace,
  migrations?: readonly Migration[],
  opened: (client: SimulatedClient) => void = () => undefined,
): SsoDatabaseLocation {
  return postgresLocation(URL, {
    scheduler: place.time.schedulerOf(place.life),
    ...(migrations === undefined ? {} : { migrations }),
    connect: (_url, events) => {
      const client = new SimulatedClient(place, events);
      opened(client);
      return client;
    },
  });
}
