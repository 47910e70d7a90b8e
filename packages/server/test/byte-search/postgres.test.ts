import { after, describe } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { sharedPostgres } from "../../../../tools/test-postgres.ts";
import { asSuperuser, postgresNodePlace } from "../support/composed-node.ts";
import { byteSearchSuite } from "./byte-search.suite.ts";

describe("on the real server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());
  const { url, dataDirectory } = server;

  if (dataDirectory === undefined) {
    describe("whose files are elsewhere", { skip: "the server's data directory is not known" });
    return;
  }
  byteSearchSuite("PostgreSQL", async () => {
    const node = await postgresNodePlace(url, `bytes_${process.pid}`);
    return {
      node,
      dataDirectory,
      flush: () => asSuperuser(url, "checkpoint"),
      plant: async (text) => {
        const own = node.databaseUrl ?? url;
        await asSuperuser(own, "create table planted (secret text)");
        await asSuperuser(own, `insert into planted values ('${text}')`);
      },
      discard: () => node.discard(),
    };
  });
});
