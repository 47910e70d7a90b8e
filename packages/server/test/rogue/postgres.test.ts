import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { PostgresPlaces } from "./postgres-place.ts";
import { rogueSuite } from "./rogue.suite.ts";

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  const places = await PostgresPlaces.create(server.url, `rogue_${process.pid}`);
  after(async () => {
    await places.end();
    await server.stop();
  });

  rogueSuite("PostgreSQL", () => places.place());
});
