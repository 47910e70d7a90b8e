import { sqliteNodePlace } from "../support/composed-node.ts";
import { walkSuite } from "./walk.suite.ts";

walkSuite("SQLite", sqliteNodePlace);
