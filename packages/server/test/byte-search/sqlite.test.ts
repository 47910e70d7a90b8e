import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteNodePlace, stateDirectoryOf } from "../support/composed-node.ts";
import { byteSearchSuite } from "./byte-search.suite.ts";

byteSearchSuite("SQLite", async () => {
  const node = await sqliteNodePlace();
  const directory = stateDirectoryOf(node);
  return {
    node,
    dataDirectory: directory,
    // The file and its WAL together hold everything; what is in neither is in no file.
    flush: () => Promise.resolve(),
    plant: async (text) => {
      using database = new DatabaseSync(join(directory, "sso.db"));
      database.exec("create table planted (secret text)");
      database.prepare("insert into planted values (?)").run(text);
    },
    discard: () => node.discard(),
  };
});
