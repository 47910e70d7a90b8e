import type { Migration } from "./migration.ts";

/**
 * Binding files, whole and sealed: a manifest for each, and the pieces of the file. What a file is
 * called, holds and belongs to is inside the manifest; its name's folded form is the key by which
 * it is asked for, and the manifest opens for no other.
 *
 * Software without these tables goes on: it keeps every other table as before, and the foreign
 * keys hold a version of the master secret that is needed here.
 */
export const bindings: Migration = {
  number: 2,
  name: "bindings",
  compatibility: "compatible",
  sqlite: [
    `create table binding_file (
      name_key text primary key,
      revision blob not null check (length(revision) = 16),
      version integer not null references version
        check (hex(substr(sealed, 2, 4)) = printf('%08X', version)),
      written_at_ms integer not null,
      written_by text not null,
      sealed blob not null check (length(sealed) between 49 and 1048625)
    ) strict`,
    `create index binding_file_version on binding_file (version)`,
    `create table binding_file_chunk (
      name_key text not null references binding_file on delete cascade,
      number integer not null check (number between 0 and 4294967295),
      version integer not null references version
        check (hex(substr(sealed, 2, 4)) = printf('%08X', version)),
      sealed blob not null check (length(sealed) between 49 and 1048625),
      primary key (name_key, number)
    ) strict`,
    `create index binding_file_chunk_version on binding_file_chunk (version)`,
  ],
  postgres: [
    `create table binding_file (
      name_key text collate "C" primary key,
      revision bytea not null check (length(revision) = 16),
      version bigint not null references version
        check (substr(sealed, 2, 4) = substr(int8send(version), 5, 4)),
      written_at_ms bigint not null,
      written_by text not null,
      sealed bytea not null check (length(sealed) between 49 and 1048625)
    )`,
    `create index binding_file_version on binding_file (version)`,
    `create table binding_file_chunk (
      name_key text collate "C" not null references binding_file on delete cascade,
      number bigint not null check (number between 0 and 4294967295),
      version bigint not null references version
        check (substr(sealed, 2, 4) = substr(int8send(version), 5, 4)),
      sealed bytea not null check (length(sealed) between 49 and 1048625),
      primary key (name_key, number)
    )`,
    `create index binding_file_chunk_version on binding_file_chunk (version)`,
    // Ciphertext does not compress; trying costs time at every write.
    `alter table binding_file alter column sealed set storage external`,
    `alter table binding_file_chunk alter column sealed set storage external`,
  ],
};
