/** Three candidates on PostgreSQL, and a network that fails around the master secret server. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import { cuttableLink, type CuttableLink } from "./support/cuttable-link.ts";
import { COMMIT_ORDER, faultSuite } from "./support/failover/fault-suite.ts";
import { networkFaults } from "./support/failover/network-faults.ts";
import { postgresDatabase } from "./support/test-database.ts";

describe("with a network around one node", { skip: requirement("postgres") }, () => {
  let server: TestPostgres;
  let link: CuttableLink;
  before(async () => {
    server = await startPostgres({ settings: COMMIT_ORDER });
    link = await cuttableLink();
  });
  after(async () => {
    link.discard();
    await server.stop();
  });

  it("has a network that can be cut", { skip: requirement("network-namespaces") }, () => {
    assert.equal(link.kind, "network namespace");
  });

  faultSuite("three candidates on PostgreSQL", {
    system: async () => ({ database: await postgresDatabase(() => server.url), link }),
    faults: networkFaults(() => link),
  });
});
