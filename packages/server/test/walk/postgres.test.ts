import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { postgresNodePlace } from "../support/composed-node.ts";
import { walkSuite } from "./walk.suite.ts";

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());

  walkSuite("PostgreSQL", () => postgresNodePlace(server.url, `walk_${process.pid}`));
});
