import assert from "node:assert/strict";
import type { StoredValue } from "./stored-values.ts";

interface Account {
  /** The last value that is known to be stored; undefined: none was acknowledged yet. */
  readonly settled: string | undefined;
  /** Written later, with an outcome nobody was told: may be stored, too. */
  readonly unknown: readonly string[];
}

const NOTHING: Account = { settled: undefined, unknown: [] };

/** What may be in the database, by what writers said before they were killed. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  readonly #revisions = new Map<string, string>();
  #acknowledged = 0;

  /** How many writes were acknowledged in all. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Takes everything a writer said; a line cut off by the kill was never said. */
  read(output: string): void {
    for (const line of output.split("\n").slice(0, -1)) {
      const [word, identifier = "", digest = "", last = ""] = line.split(" ");
      const account = this.#accounts.get(identifier) ?? NOTHING;
      switch (word) {
        case "intent":
          this.#accounts.set(identifier, {
            ...account,
            unknown: [...account.unknown, digest],
          });
          break;
        case "done":
          this.#acknowledged += 1;
          this.#revisions.set(digest, last);
          this.#accounts.set(identifier, { settled: digest, unknown: [] });
          break;
        case "failed":
          if (last !== "outcome-unknown") {
            const unknown = account.unknown.filter((other) => other !== digest);
            this.#accounts.set(identifier, { ...account, unknown });
          }
          break;
        case undefined:
        default:
          assert.equal(word, "ready", `the writer said: ${line}`);
      }
    }
  }

  /** Fails if an acknowledged value is gone, or one is there that nobody wrote. */
  settle(stored: ReadonlyMap<string, StoredValue>): void {
    for (const [identifier, { settled, unknown }] of this.#accounts) {
      const found = stored.get(identifier);
      const possible = [settled, ...unknown];
      assert.ok(
        possible.includes(found?.digest),
        `${identifier} is ${String(found?.digest)}, and may be ${possible.join(" or ")}`,
      );
      const revision = found && this.#revisions.get(found.digest);
      if (revision !== undefined) {
        assert.equal(found?.revision, revision, `the revision of ${identifier}`);
      }
      this.#accounts.set(identifier, { settled: found?.digest, unknown: [] });
    }
  }
}
