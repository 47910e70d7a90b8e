import { foundation } from "./0001-foundation.ts";
import { bindings } from "./0002-bindings.ts";
import { invitations } from "./0003-invitations.ts";
import { disclosureGroups } from "./0004-disclosure-groups.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in order. Modules rather than files, so that the built program holds them. */
export const MIGRATIONS: readonly Migration[] = [
  foundation,
  bindings,
  invitations,
  disclosureGroups,
];
