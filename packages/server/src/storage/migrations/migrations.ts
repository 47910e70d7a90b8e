import { foundation } from "./0001-foundation.ts";
import { bindings } from "./0002-bindings.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in order. Modules rather than files, so that the built program holds them. */
export const MIGRATIONS: readonly Migration[] = [foundation, bindings];
