import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { postgresNodePlace } from "../support/composed-node.ts";
import { fuzzSuite } from "./fuzz.suite.ts";

/** Fewer than on SQLite: only what reaches the database can differ. */
const REQUESTS = 3000;

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());

  fuzzSuite("PostgreSQL", () => postgresNodePlace(server.url, `fuzz_${process.pid}`), REQUESTS);
});
