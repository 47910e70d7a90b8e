import type { Migration } from "./migration.ts";

/**
 * The first schema. Integers are 64 bits, instants are milliseconds since 1970, ids and notes are
 * text, everything else is bytes. Checks refuse what no node writes: they find defects of ours.
 * Against a writer of the database they are nothing; stamps, notes and seals are (P11).
 *
 * Two checks carry a promise: the version column of a sealed value and that of a stamp equal the
 * number inside the bytes, so that the foreign key speaks of the version that is needed (P4).
 *
 * Deleting an application has to delete its former values too, so both item tables refer to it and
 * the history does not refer to the items, which it outlives. The order of the history is that of
 * moving (`sequence`): an item that was removed and made again counts its revisions anew.
 */
export const foundation: Migration = {
  number: 1,
  name: "foundation",
  compatibility: "breaking",
  sqlite: [
    `create table schema_migration (
      number integer primary key,
      name text not null,
      compatibility text not null check (compatibility in ('compatible', 'breaking')),
      applied_at_ms integer not null
    ) strict`,
    `create table system (
      singleton integer primary key check (singleton = 1),
      system_id text not null,
      created_at_ms integer not null
    ) strict`,
    `create table charter (
      singleton integer primary key check (singleton = 1),
      serial integer not null,
      note text not null
    ) strict`,
    `create table node (
      node_id text primary key,
      warrant text not null
    ) strict, without rowid`,
    `create table sealed_keyring (
      node_id text primary key references node on delete cascade,
      revision integer not null,
      sealed blob not null
    ) strict`,
    `create table version (
      number integer primary key check (number between 1 and 4294967295),
      check_value blob not null check (length(check_value) = 32),
      state text not null check (state in ('prepared', 'primary', 'retired')),
      unique (number, check_value)
    ) strict`,
    `create unique index version_primary on version (state) where state = 'primary'`,
    `create table fence (
      singleton integer primary key check (singleton = 1),
      epoch integer not null check (epoch >= 0),
      claim_id blob not null check (length(claim_id) = 16),
      node_id text,
      designated_node text
    ) strict`,
    `create table lease (
      singleton integer primary key check (singleton = 1),
      epoch integer not null check (epoch >= 0),
      claim_id blob not null check (length(claim_id) = 16),
      expires_at_ms integer not null
    ) strict`,
    `create table fenced_write (
      serial integer primary key autoincrement,
      epoch integer not null,
      claim_id blob not null check (length(claim_id) = 16),
      act text not null,
      at_ms integer not null
    ) strict`,
    `create table backup (
      backup_id text primary key,
      revision blob not null check (length(revision) = 16),
      made_at_ms integer not null,
      verified_at_ms integer,
      place text not null check (place in ('trial', 'chosen')),
      path text not null,
      versions blob not null check (length(versions) % 36 = 0),
      stamp blob not null check (length(stamp) = 36),
      stamp_version integer not null references version
        check (hex(substr(stamp, 1, 4)) = printf('%08X', stamp_version))
    ) strict`,
    `create index backup_stamp_version on backup (stamp_version)`,
    `create table audit (
      sequence integer primary key autoincrement,
      at_ms integer not null,
      node_id text not null,
      action text not null,
      outcome text not null check (outcome in ('done', 'refused')),
      caller text not null,
      source text not null,
      request_id text not null,
      about text not null,
      application_id text
    ) strict`,
    `create index audit_application on audit (application_id, sequence)
      where application_id is not null`,
    `create table application (
      application_id text primary key,
      revision blob not null check (length(revision) = 16),
      name text not null,
      name_key text not null unique,
      type text not null check (type in ('individual', 'group', 'host-group', 'config-store')),
      generation integer not null check (generation between 0 and 4294967295),
      is_enabled integer not null check (is_enabled in (0, 1)),
      settings text not null,
      created_at_ms integer not null,
      updated_at_ms integer not null,
      stamp blob not null check (length(stamp) = 36),
      stamp_version integer not null references version
        check (hex(substr(stamp, 1, 4)) = printf('%08X', stamp_version))
    ) strict`,
    `create index application_stamp_version on application (stamp_version)`,
    `create table config_item (
      application_id text not null references application on delete cascade,
      identifier text not null,
      revision blob not null check (length(revision) = 16),
      version integer not null references version
        check (hex(substr(sealed, 2, 4)) = printf('%08X', version)),
      written_at_ms integer not null,
      written_by text not null,
      sealed blob not null check (length(sealed) between 49 and 1048625),
      primary key (application_id, identifier)
    ) strict`,
    `create index config_item_version on config_item (version)`,
    `create table config_item_revision (
      sequence integer primary key autoincrement,
      application_id text not null references application on delete cascade,
      identifier text not null,
      revision blob not null check (length(revision) = 16),
      version integer not null references version
        check (hex(substr(sealed, 2, 4)) = printf('%08X', version)),
      written_at_ms integer not null,
      written_by text not null,
      sealed blob not null check (length(sealed) between 49 and 1048625)
    ) strict`,
    // Not unique: a former revision that was put in the place of its item must not block the item.
    `create index config_item_revision_item
      on config_item_revision (application_id, identifier, sequence)`,
    `create index config_item_revision_version on config_item_revision (version)`,
    `create table api_token (
      token_id text primary key,
      revision blob not null check (length(revision) = 16),
      secret_hash blob not null check (length(secret_hash) = 32),
      name text not null,
      kind text not null check (kind in ('admin', 'reader')),
      may_reveal integer not null check (may_reveal in (0, 1)),
      applications text not null,
      created_at_ms integer not null,
      created_by text not null,
      expires_at_ms integer not null,
      stamp blob not null check (length(stamp) = 36),
      stamp_version integer not null references version
        check (hex(substr(stamp, 1, 4)) = printf('%08X', stamp_version))
    ) strict`,
    `create index api_token_stamp_version on api_token (stamp_version)`,
    `create table idempotency (
      caller text not null,
      key text not null,
      request_hash blob not null,
      status integer not null check (status between 100 and 599),
      answer text not null,
      created_at_ms integer not null,
      primary key (caller, key)
    ) strict, without rowid`,
    `create index idempotency_created on idempotency (created_at_ms)`,
    `insert into fence (singleton, epoch, claim_id) values (1, 0, zeroblob(16))`,
    `insert into lease (singleton, epoch, claim_id, expires_at_ms) values (1, 0, zeroblob(16), 0)`,
  ],
  // Text is compared byte by byte (collate "C"), as on SQLite and whatever the server's locale.
  postgres: [
    `create table schema_migration (
      number bigint primary key,
      name text not null,
      compatibility text not null check (compatibility in ('compatible', 'breaking')),
      applied_at_ms bigint not null
    )`,
    `create table system (
      singleton bigint primary key check (singleton = 1),
      system_id text not null,
      created_at_ms bigint not null
    )`,
    `create table charter (
      singleton bigint primary key check (singleton = 1),
      serial bigint not null,
      note text not null
    )`,
    `create table node (
      node_id text collate "C" primary key,
      warrant text not null
    )`,
    `create table sealed_keyring (
      node_id text collate "C" primary key references node on delete cascade,
      revision bigint not null,
      sealed bytea not null
    )`,
    `create table version (
      number bigint primary key check (number between 1 and 4294967295),
      check_value bytea not null check (length(check_value) = 32),
      state text not null check (state in ('prepared', 'primary', 'retired')),
      unique (number, check_value)
    )`,
    `create unique index version_primary on version (state) where state = 'primary'`,
    `create table fence (
      singleton bigint primary key check (singleton = 1),
      epoch bigint not null check (epoch >= 0),
      claim_id bytea not null check (length(claim_id) = 16),
      node_id text,
      designated_node text
    )`,
    `create table lease (
      singleton bigint primary key check (singleton = 1),
      epoch bigint not null check (epoch >= 0),
      claim_id bytea not null check (length(claim_id) = 16),
      expires_at_ms bigint not null
    )`,
    `create table fenced_write (
      serial bigint generated always as identity primary key,
      epoch bigint not null,
      claim_id bytea not null check (length(claim_id) = 16),
      act text not null,
      at_ms bigint not null
    )`,
    `create table backup (
      backup_id text collate "C" primary key,
      revision bytea not null check (length(revision) = 16),
      made_at_ms bigint not null,
      verified_at_ms bigint,
      place text not null check (place in ('trial', 'chosen')),
      path text not null,
      versions bytea not null check (length(versions) % 36 = 0),
      stamp bytea not null check (length(stamp) = 36),
      stamp_version bigint not null references version
        check (substr(stamp, 1, 4) = substr(int8send(stamp_version), 5, 4))
    )`,
    `create index backup_stamp_version on backup (stamp_version)`,
    `create table audit (
      sequence bigint generated always as identity primary key,
      at_ms bigint not null,
      node_id text not null,
      action text not null,
      outcome text not null check (outcome in ('done', 'refused')),
      caller text not null,
      source text not null,
      request_id text not null,
      about text not null,
      application_id text collate "C"
    )`,
    `create index audit_application on audit (application_id, sequence)
      where application_id is not null`,
    `create table application (
      application_id text collate "C" primary key,
      revision bytea not null check (length(revision) = 16),
      name text not null,
      name_key text collate "C" not null unique,
      type text not null check (type in ('individual', 'group', 'host-group', 'config-store')),
      generation bigint not null check (generation between 0 and 4294967295),
      is_enabled bigint not null check (is_enabled in (0, 1)),
      settings text not null,
      created_at_ms bigint not null,
      updated_at_ms bigint not null,
      stamp bytea not null check (length(stamp) = 36),
      stamp_version bigint not null references version
        check (substr(stamp, 1, 4) = substr(int8send(stamp_version), 5, 4))
    )`,
    `create index application_stamp_version on application (stamp_version)`,
    `create table config_item (
      application_id text collate "C" not null references application on delete cascade,
      identifier text collate "C" not null,
      revision bytea not null check (length(revision) = 16),
      version bigint not null references version
        check (substr(sealed, 2, 4) = substr(int8send(version), 5, 4)),
      written_at_ms bigint not null,
      written_by text not null,
      sealed bytea not null check (length(sealed) between 49 and 1048625),
      primary key (application_id, identifier)
    )`,
    `create index config_item_version on config_item (version)`,
    `create table config_item_revision (
      sequence bigint generated always as identity primary key,
      application_id text collate "C" not null references application on delete cascade,
      identifier text collate "C" not null,
      revision bytea not null check (length(revision) = 16),
      version bigint not null references version
        check (substr(sealed, 2, 4) = substr(int8send(version), 5, 4)),
      written_at_ms bigint not null,
      written_by text not null,
      sealed bytea not null check (length(sealed) between 49 and 1048625)
    )`,
    `create index config_item_revision_item
      on config_item_revision (application_id, identifier, sequence)`,
    `create index config_item_revision_version on config_item_revision (version)`,
    // Ciphertext does not compress; trying costs time at every write.
    `alter table config_item alter column sealed set storage external`,
    `alter table config_item_revision alter column sealed set storage external`,
    `create table api_token (
      token_id text collate "C" primary key,
      revision bytea not null check (length(revision) = 16),
      secret_hash bytea not null check (length(secret_hash) = 32),
      name text not null,
      kind text not null check (kind in ('admin', 'reader')),
      may_reveal bigint not null check (may_reveal in (0, 1)),
      applications text not null,
      created_at_ms bigint not null,
      created_by text not null,
      expires_at_ms bigint not null,
      stamp bytea not null check (length(stamp) = 36),
      stamp_version bigint not null references version
        check (substr(stamp, 1, 4) = substr(int8send(stamp_version), 5, 4))
    )`,
    `create index api_token_stamp_version on api_token (stamp_version)`,
    `create table idempotency (
      caller text collate "C" not null,
      key text collate "C" not null,
      request_hash bytea not null,
      status bigint not null check (status between 100 and 599),
      answer text not null,
      created_at_ms bigint not null,
      primary key (caller, key)
    )`,
    `create index idempotency_created on idempotency (created_at_ms)`,
    `insert into fence (singleton, epoch, claim_id)
      values (1, 0, decode(repeat('00', 16), 'hex'))`,
    `insert into lease (singleton, epoch, claim_id, expires_at_ms)
      values (1, 0, decode(repeat('00', 16), 'hex'), 0)`,
  ],
};
