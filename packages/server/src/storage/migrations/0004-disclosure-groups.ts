import type { Migration } from "./migration.ts";

/**
 * The name of a group of disclosures, on its first row. A node that does not know whether a group
 * was committed writes it again, and a name that is there already says that all of it is. Only the
 * first row has one, so that a name costs an index entry for each commit and not for each row.
 */
export const disclosureGroups: Migration = {
  number: 4,
  name: "disclosure-groups",
  compatibility: "compatible",
  sqlite: [
    `alter table audit add column group_id text`,
    `create unique index audit_group on audit (group_id) where group_id is not null`,
  ],
  postgres: [
    `alter table audit add column group_id text collate "C"`,
    `create unique index audit_group on audit (group_id) where group_id is not null`,
  ],
};
