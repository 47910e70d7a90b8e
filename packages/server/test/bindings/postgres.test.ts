import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { postgresNodePlace } from "../support/composed-node.ts";
import { bindingsSuite } from "./bindings.suite.ts";
import { mutationsSuite } from "./mutations.suite.ts";

const MUTATIONS = 50;

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());

  bindingsSuite("PostgreSQL", () => postgresNodePlace(server.url, `bindings_${process.pid}`));
  mutationsSuite(
    "PostgreSQL",
    () => postgresNodePlace(server.url, `mutations_${process.pid}`),
    MUTATIONS,
  );
});
