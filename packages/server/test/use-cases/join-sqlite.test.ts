import { openSqlitePlace } from "../support/joining.ts";
import { acceptDatabaseSuite } from "./accept-database.suite.ts";
import { joinSuite } from "./join.suite.ts";

joinSuite("SQLite", openSqlitePlace);
acceptDatabaseSuite("SQLite", openSqlitePlace);
