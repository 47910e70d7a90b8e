import { sqliteNodePlace } from "../support/composed-node.ts";
import { bindingsSuite } from "./bindings.suite.ts";
import { mutationsSuite } from "./mutations.suite.ts";

const MUTATIONS = 150;

bindingsSuite("SQLite", sqliteNodePlace);
mutationsSuite("SQLite", sqliteNodePlace, MUTATIONS);
