import { openSqlitePlace } from "../support/joining.ts";
import { failoverSuite } from "./failover.suite.ts";

failoverSuite("SQLite", openSqlitePlace);
