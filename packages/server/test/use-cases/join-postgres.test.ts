import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { openPostgresPlace } from "../support/joining.ts";
import { acceptDatabaseSuite } from "./accept-database.suite.ts";
import { joinSuite } from "./join.suite.ts";

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());
  let count = 0;

  const makePlace = () => {
    count += 1;
    return openPostgresPlace(server.url, `join_${process.pid}_${count}`);
  };
  joinSuite("PostgreSQL", makePlace);
  acceptDatabaseSuite("PostgreSQL", makePlace);
});
