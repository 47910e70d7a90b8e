import { rogueSuite } from "./rogue.suite.ts";
import { sqlitePlace } from "./sqlite-place.ts";

rogueSuite("SQLite", sqlitePlace);
