import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { checkValueOf, SecretBytes, signCharter, type Charter } from "@chatelaine/crypto";
import { NOTHING_SEEN, type Seen } from "../../src/domain/charter/seen.ts";
import { admitNode, type AdmitNodeDeps } from "../../src/domain/membership/admit-node.ts";
import { listNodes } from "../../src/domain/membership/list-nodes.ts";
import { loadAuthority } from "../../src/domain/membership/load-authority.ts";
import { revokeNode } from "../../src/domain/membership/revoke-node.ts";
import { acceptDatabase } from "../../src/domain/membership/accept-database.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { coded } from "../support/coded.ts";
import {
  inviteTo,
  joiningDeps,
  requestOf,
  type MakeOpenPlace,
  type OpenPlace,
} from "../support/joining.ts";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  startTestNode,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const RENEWED_MS_MAX = 5000;
const LOOK_MS = 20;

/** What an older copy of the database would bring back. */
const TABLES = ["charter", "node", "sealed_keyring", "version"] as const;

/** Going on with a database that went back in time. */
export function acceptDatabaseSuite(database: string, makePlace: MakeOpenPlace): void {
  describe(`a database that went back in time, on ${database}`, () => {
    let open: OpenPlace;
    let system: TestSystem;
    let node: TestNode;
    let deps: AdmitNodeDeps;

    beforeEach(async () => {
      open = await makePlace();
      system = await makeSystem(open.place);
      node = await startTestNode(system);
      deps = joiningDeps(node);
    });
    afterEach(async () => {
      await node.stop();
      await open.discard();
    });

    async function keepCopy(): Promise<void> {
      for (const table of TABLES) {
        await open.execute(`create table copy_of_${table} as select * from ${table}`);
      }
    }

    async function goBack(): Promise<void> {
      for (const table of TABLES.toReversed()) {
        await open.execute(`delete from ${table} where not exists (${keptBy(table)})`);
      }
      await open.execute(`update version set state = 'primary'`);
      await open.execute(`update charter set note = (select note from copy_of_charter)`);
      await open.execute(
        `insert into node select * from copy_of_node
          where node_id not in (select node_id from node)`,
      );
      await open.execute(
        `update sealed_keyring set revision = (select k.revision from copy_of_sealed_keyring k
            where k.node_id = sealed_keyring.node_id),
          sealed = (select k.sealed from copy_of_sealed_keyring k
            where k.node_id = sealed_keyring.node_id)`,
      );
      await node.service.refresh();
    }

    /** Version 2, as a rotation leaves it. */
    async function rotate(): Promise<void> {
      using loaded = await loadAuthority(deps);
      const { systemId } = node.self;
      using secret = SecretBytes.random(EFFECTS.random, 32);
      const checkValue = checkValueOf({ systemId, number: 2, secret });
      const charter: Charter = {
        ...loaded.charter,
        serial: loaded.charter.serial + 1n,
        keyringRevision: loaded.charter.keyringRevision + 1n,
        versions: [
          ...loaded.charter.versions.map((version) => ({ ...version, state: "retired" as const })),
          { number: 2, state: "primary", checkValue },
        ],
      };
      const { nodeId, keys } = node.self;
      const recipient = { nodeId, role: "candidate", hpkeKey: keys.publicKeys.hpkeKey } as const;
      const first = loaded.secrets.versions.map((one) => ({ ...one, state: "retired" as const }));
      const versions = [...first, { number: 2, state: "primary" as const, secret }];
      const revision = charter.keyringRevision;
      const sealed = await deps.sealing.seal({ ...loaded.secrets, versions, revision }, recipient);
      const note = signCharter(loaded.authority, systemId, charter);
      await node.role.fenced("rotate", async (stores) => {
        await stores.versions.setState(1, "retired");
        await stores.versions.add({ number: 2, state: "primary", checkValue });
        await stores.charter.put({ serial: charter.serial, note });
        await stores.sealedKeyrings.put({ nodeId, revision, sealed });
      });
      await node.service.refresh();
    }

    function accept(
      seenByOthers: readonly Seen[] = [],
      becomeMaster = () => node.service.becomeMasterOverOlder(),
    ) {
      const role = { fenced: node.role.fenced.bind(node.role), becomeMaster };
      const known = {
        held: () => node.holder.held(),
        seen: () => node.holder.seen,
        seenByOthers: () => Promise.resolve(seenByOthers),
      };
      return acceptDatabase({ ...deps, role, known }, CALLER);
    }

    it("is not accepted while it is not older than what anybody has seen", async () => {
      await assert.rejects(accept([NOTHING_SEEN]), coded("database-not-behind"));
    });

    it("is accepted with a charter of the next incarnation, above all that was seen", async () => {
      await keepCopy();
      await rotate();
      const { serial } = node.service.charter;
      await goBack();
      assert.notEqual(node.holder.details().behind, undefined);
      const others = [{ ...NOTHING_SEEN, incarnation: 1n, charterSerial: 40n, epoch: 3n }];
      const { view, charter } = await accept(others);
      assert.ok(serial < 41n);
      assert.deepEqual(view, { incarnation: "2", charterSerial: "41", relistedVersions: [2] });
      assert.equal(charter.keyringRevision, 3n);
      assert.ok(node.events.codes.includes("trust.database-accepted"));
    });

    it("is gone by for the claim alone until it is written down as accepted", async () => {
      await keepCopy();
      await rotate();
      await goBack();
      let isBelieved = true;
      await accept([], async () => {
        await node.service.becomeMasterOverOlder();
        isBelieved = await node.database
          .read((stores) => deps.trust.charter(stores))
          .then(
            () => true,
            () => false,
          );
      });
      assert.equal(isBelieved, false);
    });

    it("is accepted although the node looks at it again while it waits for the role", async () => {
      await keepCopy();
      await rotate();
      await goBack();
      const { mastership } = node.database;
      const read = mastership.read.bind(mastership);
      let looks = 0;
      const looking = async (): Promise<void> => {
        mastership.read = async () => {
          mastership.read = () => {
            looks += 1;
            return read();
          };
          while (looks === 0) {
            await node.service.refresh(); // which does not look each time
          }
          return read();
        };
        await node.service.becomeMasterOverOlder();
      };
      const { view } = await accept([], looking);
      assert.equal(view.incarnation, "2");
    });

    it("keeps for reading what the database did not know, and seals again", async () => {
      await keepCopy();
      await rotate();
      const before = node.holder.forReading().checkValue(2);
      await goBack();
      await accept();
      await node.service.refresh();
      const states = await node.database.read(({ versions }) => versions.list());
      assert.deepEqual(
        states.map(({ number, state }) => `${String(number)} ${state}`),
        ["1 primary", "2 retired"],
      );
      assert.deepEqual(node.holder.forReading().checkValue(2), before);
      await confirmed();
      assert.equal(node.holder.forSealing().primary, 1);
      await node.stop();
      node = await startTestNode(system);
      assert.deepEqual(node.holder.forReading().checkValue(2), before);
      assert.equal(node.service.health().canSeal, true);
    });

    /** The next renewal of its lease confirms what it holds now. */
    async function confirmed(): Promise<void> {
      const deadline = EFFECTS.clock.monotonic() + RENEWED_MS_MAX;
      while (node.holder.state() !== "confirmed" && EFFECTS.clock.monotonic() < deadline) {
        await pause(EFFECTS.scheduler, LOOK_MS);
      }
    }

    it("trusts nobody again whom the charter in memory revokes", async () => {
      const token = await inviteTo(deps, "candidate");
      await admitNode(deps, requestOf(token), "192.0.2.9");
      await keepCopy();
      await revokeNode(deps, CALLER, token.nodeId);
      await node.service.refresh();
      await goBack();
      const { charter } = await accept();
      assert.deepEqual(charter.revokedNodes, [token.nodeId]);
      const { items } = await listNodes(deps);
      assert.deepEqual(
        items.map(({ name }) => name),
        ["first"],
      );
    });

    it("lets another candidate open the keyring of the new charter", async () => {
      const token = await inviteTo(deps, "candidate");
      await admitNode(deps, requestOf(token), "192.0.2.9");
      await keepCopy();
      await rotate();
      await goBack();
      const { charter } = await accept();
      const row = await node.database.read((stores) => stores.sealedKeyrings.find(token.nodeId));
      assert.equal(row?.revision, charter.keyringRevision);
    });

    it("changes nothing when the charter is another one than was looked at", async () => {
      await keepCopy();
      await rotate();
      await goBack();
      const changing = async (): Promise<void> => {
        await node.service.becomeMasterOverOlder();
        await open.execute(`update charter set note = note || ' '`);
      };
      await assert.rejects(accept([], changing), coded("revision-conflict"));
      const versions = await node.database.read((stores) => stores.versions.list());
      assert.equal(versions.length, 1);
    });
  });
}

/** The row of the copy that keeps a row of the table. */
function keptBy(table: (typeof TABLES)[number]): string {
  const key = { charter: "serial", node: "node_id", sealed_keyring: "node_id", version: "number" };
  return table === "charter"
    ? "select 1"
    : `select 1 from copy_of_${table} k where k.${key[table]} = ${table}.${key[table]}`;
}
