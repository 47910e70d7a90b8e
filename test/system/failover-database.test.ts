/** Three candidates on a PostgreSQL that fails over to its synchronous standby. */
import { after, before, describe } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { PostgresPair } from "../../tools/test-postgres-pair.ts";
import { databaseFailover } from "./support/failover/database-faults.ts";
import { COMMIT_ORDER, faultSuite } from "./support/failover/fault-suite.ts";
import { postgresDatabase } from "./support/test-database.ts";

describe("with two PostgreSQL", { skip: requirement("postgres") }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await PostgresPair.start(COMMIT_ORDER);
  });
  after(() => pair.stop());

  function urlOfBoth(name: string): string {
    return `${pair.url.replace(/\/postgres$/, `/${name}`)}?target_session_attrs=read-write`;
  }

  faultSuite("three candidates on a primary and its standby", {
    system: async () => ({ database: await postgresDatabase(() => pair.writable.url, urlOfBoth) }),
    faults: [databaseFailover(() => pair)],
  });
});
