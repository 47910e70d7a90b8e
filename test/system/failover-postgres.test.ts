/** Three candidates on one PostgreSQL, and what befalls their processes and their database. */
import { after, before, describe } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import { databaseStopped } from "./support/failover/database-faults.ts";
import { COMMIT_ORDER, faultSuite } from "./support/failover/fault-suite.ts";
import { FROZEN, KILLED, MOVED, STOPPED } from "./support/failover/process-faults.ts";
import { postgresDatabase } from "./support/test-database.ts";

describe("with a PostgreSQL of its own", { skip: requirement("postgres") }, () => {
  let server: TestPostgres;
  before(async () => {
    server = await startPostgres({ settings: COMMIT_ORDER });
  });
  after(() => server.stop());

  faultSuite("three candidates on PostgreSQL", {
    system: async () => ({ database: await postgresDatabase(() => server.url) }),
    faults: [KILLED, FROZEN, STOPPED, MOVED, databaseStopped(() => server)],
  });
});
