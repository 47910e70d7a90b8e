import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type Attack, columnAttacks, rowAttacks } from "./attacks.ts";
import { alarmsAtStart } from "./alarms-at-start.ts";
import { COLD_ATTACKS } from "./cold-attacks.ts";
import { expectedAfter } from "./expectation.ts";
import { Forger } from "./forger.ts";
import { observe, type Observation } from "./observe.ts";
import { putSnapshot, type RoguePlace, type Which, withTable } from "./raw-database.ts";
import { CLEAR, makeRogueSystem } from "./rogue-system.ts";
import { RECOVERY_ATTACKS, recoverAndUse } from "./recovery.ts";
import { observeRunning, RUNNING_ATTACKS } from "./running-attacks.ts";
import { backup, FORGED_PATH } from "./tables/backup.ts";
import type { Means } from "./table-entry.ts";
import { TABLES } from "./tables.ts";

/** The rogue database suite: an attacker who may write every cell of the SSO database (P11). */
export function rogueSuite(database: string, makePlace: () => Promise<RoguePlace>): void {
  describe(`a rogue ${database} database`, () => {
    let means: Means;
    let untouched: Observation;

    before(async () => {
      const [victim, foreign] = [
        await makeRogueSystem(await makePlace()),
        await makeRogueSystem(await makePlace()),
      ];
      means = { victim, foreign, forger: await Forger.against(victim) };
      await putSnapshot(victim.place.raw, victim.present);
      untouched = await observe(victim);
    });
    after(async () => {
      await means.victim.place.discard();
      await means.foreign.place.discard();
    });

    const runAttack = async ({ apply, expect }: Attack): Promise<boolean> => {
      const attacked = apply(means);
      if (attacked === undefined) {
        return false;
      }
      const { victim } = means;
      await putSnapshot(victim.place.raw, attacked);
      const observed = await observe(victim);
      const allowed = [expect, ...(expect.or === undefined ? [] : [expect.or])];
      const expected = allowed.map((one) => expectedAfter(untouched, one));
      assert.deepEqual(
        observed,
        expected.find((one) => isDeepStrictEqual(observed, one)) ?? expected[0],
      );
      return true;
    };

    it("has an entry for every table and column of the live schema, and for nothing else", async () => {
      const live = [...(await means.victim.place.raw.schema())];
      const listed = Object.entries(TABLES);
      assert.deepEqual(
        sorted(listed.map(([table, { columns }]) => [table, Object.keys(columns)])),
        sorted(live),
      );
    });

    it("works when nobody has touched anything", () => {
      assert.deepEqual(untouched, WORKING);
    });

    it("attacks every column with something that differs", () => {
      const untried = Object.entries(TABLES).flatMap(([table, entry]) =>
        Object.keys(entry.columns)
          .filter(
            (column) => !columnAttacks(table, entry, column).some(({ apply }) => apply(means)),
          )
          .map((column) => `${table}.${column}`),
      );
      assert.deepEqual(untried, []);
    });

    for (const [table, entry] of Object.entries(TABLES)) {
      for (const attack of rowAttacks(table, entry)) {
        it(nameOf(table, attack), async () => {
          assert.ok(await runAttack(attack), "the attack changes something");
        });
      }
      for (const column of Object.keys(entry.columns)) {
        for (const attack of columnAttacks(table, entry, column)) {
          // Of one that changes nothing (equal cells, no past) there is nothing to see.
          it(nameOf(`${table}.${column}`, attack), async () => {
            await runAttack(attack);
          });
        }
      }
    }

    for (const attack of COLD_ATTACKS) {
      it(nameOf("together", attack), async () => {
        assert.ok(await runAttack(attack), "the attack changes something");
      });
    }

    for (const attack of RUNNING_ATTACKS) {
      it(`running: ${attack.name}`, async () => {
        assert.deepEqual(await observeRunning(means, attack), attack.expect);
      });
    }

    for (const attack of RECOVERY_ATTACKS) {
      it(`recovering: brings the system back from ${attack.name}`, async () => {
        const attacked = attack.apply(means.victim.present, means);
        assert.deepEqual(await recoverAndUse(means, attacked), [
          CLEAR.billing,
          "after the recovery",
        ]);
      });
    }

    it("starting: says that a backup is missing, though the attacker has forged one", async () => {
      const { victim } = means;
      const forged = rowAttacks("backup", backup).find(({ name }) => name === "a row forged");
      const withForged = forged?.apply(means) ?? victim.present;
      const isForged: Which = (row) => row["path"] === FORGED_PATH;
      await putSnapshot(
        victim.place.raw,
        withTable(withForged, "backup", (rows) => rows.filter(isForged)),
      );
      assert.equal(await alarmsAtStart(victim), "backup.missing node.trial trust.row-refused");
    });
  });
}

function nameOf(what: string, { name, expect }: Attack): string {
  return `${what}, ${name}: ${expect.outcome}, because ${expect.why}`;
}

function sorted(
  tables: readonly (readonly [string, readonly string[]])[],
): readonly (readonly [string, readonly string[]])[] {
  return tables
    .map(([table, columns]) => [table, columns.toSorted()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Everything a node does, when all is well. */
const WORKING: Observation = {
  role: "master",
  "get orders": "orders",
  "get billing": "billing",
  "get stranger": "application-not-found",
  "reveal orders/password": "password of orders",
  "reveal orders/account": "account of orders",
  "reveal orders/stranger": "config-item-not-found",
  "reveal billing/password": "password of billing",
  "reveal billing/account": "account of billing",
  "reveal shipping/password": "password of shipping",
  status: "backed up: 3 believed, 2 verified",
  "token admin": "admin-token",
  "token reader": "reader-token orders reveals",
  "token revoked": "nobody",
  "token of the attacker": "nobody, nobody",
  tokens: "2 believed",
  history: "1 former",
  "roll back": "account of shipping, before",
  repeat: "answered as before",
  create: "new",
  "seal orders": "sealed under version 2, generation 1",
  "seal billing": "sealed under version 2, generation 0",
  "seal new": "sealed under version 2, generation 0",
  "list bindings": "others partners",
  "reveal bindings/partners": "password of partners",
  "reveal bindings/others": "password of others",
  "import bindings": "unchanged",
  backup: "backed up",
  verify: "verified",
  join: "a member",
  "join again": "invitation-used",
  "join as the attacker": "invitation-refused",
  audit: "listed",
  alarms: "",
};
