import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import type { FencedStores, ReadStores, WriteStores } from "../domain/store/sso-database.ts";

/** The tables that only the master secret server writes, and the one file that has statements for it. */
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  fence: ["mastership-store.ts"],
  lease: ["mastership-store.ts"],
  fenced_write: ["fence.ts"],
  system: ["system-store.ts"],
  charter: ["charter-store.ts"],
  node: ["node-store.ts"],
  invitation: ["invitation-store.ts"],
  sealed_keyring: ["sealed-keyring-store.ts"],
  version: ["version-store.ts"],
  backup: ["backup-store.ts"],
};
const STATEMENT =
  /(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*"(\w+)"|\b(?:insert into|update|delete from|merge into|truncate)\s+"?(\w+)"?\s*(?:\(|set\b|where\b|values\b)/gi;

/** The stores with which more can be done than to read. */
type Writable<Stores extends ReadStores> = {
  [Name in keyof ReadStores]: keyof Stores[Name] extends keyof ReadStores[Name] ? never : Name;
}[keyof ReadStores];

/** Does not compile if an ordinary write could write more than this, or less. */
const BY_ANY_NODE: Readonly<Record<Writable<WriteStores>, true>> = {
  applications: true,
  configItems: true,
  bindings: true,
  tokens: true,
  idempotency: true,
  audit: true,
};
/** Nor if anything else than these were left to the master secret server. */
const BY_THE_MASTER: Readonly<
  Record<Exclude<Writable<FencedStores>, Writable<WriteStores>>, true>
> = {
  charter: true,
  nodes: true,
  invitations: true,
  sealedKeyrings: true,
  versions: true,
  backups: true,
};

describe("the tables of the master secret server", () => {
  it("are written by the statements of one file each", () => {
    const found = new Map<string, Set<string>>();
    const sources = globSync("**/*.ts", { cwd: import.meta.dirname }).filter(
      (file) => !/\.test\.ts$|^contract\/|^migrations\//.test(file),
    );
    for (const file of sources) {
      const text = readFileSync(join(import.meta.dirname, file), "utf8");
      for (const [, built, raw] of text.matchAll(STATEMENT)) {
        const table = built ?? raw ?? "";
        found.set(table, (found.get(table) ?? new Set()).add(basename(file)));
      }
    }
    const written = Object.keys(WRITERS).map((table) => [table, [...(found.get(table) ?? [])]]);
    assert.deepEqual(Object.fromEntries(written), WRITERS);
  });

  it("cannot be written in an ordinary write, and nothing can in a read", () => {
    const byReading = [] satisfies readonly Writable<ReadStores>[];
    const both = Object.keys(BY_THE_MASTER).filter((name) => name in BY_ANY_NODE);
    assert.deepEqual([...byReading, ...both], []);
  });
});
