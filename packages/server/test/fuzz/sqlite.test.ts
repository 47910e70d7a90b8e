import { sqliteNodePlace } from "../support/composed-node.ts";
import { fuzzSuite } from "./fuzz.suite.ts";

fuzzSuite("SQLite", sqliteNodePlace, 10_000);
