import type { Migration } from "./migration.ts";

/**
 * Invitations of nodes that have not joined yet. The note decides who is admitted and until when.
 * A row stays when it was redeemed, so that a second joiner is told so.
 */
export const invitations: Migration = {
  number: 3,
  name: "invitations",
  compatibility: "compatible",
  sqlite: [
    `create table invitation (
      node_id text primary key,
      note text not null,
      expires_at_ms integer not null,
      redeemed_at_ms integer
    ) strict, without rowid`,
    `create index invitation_expires on invitation (expires_at_ms)`,
  ],
  postgres: [
    `create table invitation (
      node_id text collate "C" primary key,
      note text not null,
      expires_at_ms bigint not null,
      redeemed_at_ms bigint
    )`,
    `create index invitation_expires on invitation (expires_at_ms)`,
  ],
};
