import { databaseContract } from "../../packages/server/src/storage/contract/database.contract.ts";
import type { TestPlace } from "../../packages/server/src/storage/contract/fixtures.ts";
import { AutomaticTime } from "../engine/automatic-time.ts";
import { Life } from "../engine/life.ts";
import { STEADY_PATH } from "./database-path.ts";
import { SimulatedClient } from "./simulated-client.ts";
import { simulatedLocation } from "./simulated-location.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { Transaction } from "./tables/transaction.ts";

databaseContract("simulated", makePlace);

/** A server of its own for each test, in virtual time. */
function makePlace(): Promise<TestPlace> {
  const time = new AutomaticTime();
  const server = new SimulatedServer(time);
  const place = { time, life: new Life(), server, path: STEADY_PATH };
  const stranger = new SimulatedClient(place, {
    closed: () => undefined,
    unconfirmed: () => undefined,
  });
  return Promise.resolve({
    location: simulatedLocation(place),
    seenWith: (migrations) => simulatedLocation(place, migrations),
    execute: async (sql) => {
      await stranger.unsafe(sql, []);
    },
    tables: () => Promise.resolve(tablesOf(server)),
    discard: () => stranger.end(),
  });
}

function tablesOf({ catalog }: SimulatedServer): readonly string[] {
  const committedUpTo = catalog.commits;
  return catalog.names({ transaction: new Transaction(), command: 0, committedUpTo });
}
