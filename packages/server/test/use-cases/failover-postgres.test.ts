import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { openPostgresPlace } from "../support/joining.ts";
import { failoverSuite } from "./failover.suite.ts";

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());
  let count = 0;

  failoverSuite("PostgreSQL", () => {
    count += 1;
    return openPostgresPlace(server.url, `failover_${process.pid}_${count}`);
  });
});
