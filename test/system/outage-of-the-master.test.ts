/**
 * The master secret server killed, frozen and cut off, with real processes: the other nodes read
 * all the time, seal until their grace ends, and recover without help.
 *
 * `CHATELAINE_TEST_OUTAGE_MS=60000` makes each outage as long as in earnest.
 */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { sharedPostgres } from "../../tools/test-postgres.ts";
import type { ClusterProcess } from "./support/cluster-process.ts";
import { cuttableLink, type CuttableLink } from "./support/cuttable-link.ts";
import { eventually } from "./support/eventually.ts";
import { freezeOutsideOfWrites } from "./support/freezing.ts";
import { TestCluster } from "./support/test-cluster.ts";
import { postgresDatabase, type TestDatabase } from "./support/test-database.ts";
import { Reader, reveal, Sealer } from "./support/workload.ts";

const OUTAGE_MS = Number(process.env["CHATELAINE_TEST_OUTAGE_MS"] ?? "6000");
const TTL_MS = 1500;
const GRACE_MS = Math.max(1800, OUTAGE_MS / 4);
const RETRY_MS_MAX = 500;
const CALL_MS = 500;
const SETTINGS = [
  `mastership.ttlMs=${TTL_MS}`,
  "mastership.renewalMs=300",
  `cachedSecret.graceMs=${GRACE_MS}`,
  `cachedSecret.retryMaxMs=${RETRY_MS_MAX}`,
  `cachedSecret.callMs=${CALL_MS}`,
  "cachedSecret.memberPollMs=200",
];
/** What a busy machine may add to a wait of ours. */
const SLACK_MS = 2000;
/** A clock that is read in whole milliseconds on both sides. */
const ROUNDING_MS = 2;
const SOON_MS = 30_000;

interface Outage {
  readonly name: string;
  /** Whether the others can see that its lease is still renewed. */
  readonly isLeaseRenewed: (database: TestDatabase) => boolean;
  begin(master: ClusterProcess, link: CuttableLink, database: TestDatabase): Promise<void>;
  end(master: ClusterProcess, link: CuttableLink): Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  {
    name: "killed",
    isLeaseRenewed: () => false,
    begin: (master) => master.stop("SIGKILL"),
    end: (master) => master.start(),
  },
  {
    name: "frozen",
    isLeaseRenewed: () => false,
    begin: (master, _link, database) => freezeOutsideOfWrites(master, database),
    end: async (master) => {
      master.kill("SIGCONT");
    },
  },
  {
    name: "cut off",
    // From the file, unlike a server, it cannot be cut off by a network.
    isLeaseRenewed: ({ kind }) => kind === "sqlite",
    begin: async (_master, link) => {
      link.cut();
    },
    end: (_master, link) => link.mend(),
  },
];

function suite(name: string, database?: (directory: string) => TestDatabase): void {
  describe(`three nodes on ${name}`, () => {
    let link: CuttableLink;
    let cluster: TestCluster;
    let token: string;
    let members: readonly ClusterProcess[];
    /** Joins with the others, and is started during each outage. */
    let late: ClusterProcess;
    let readers: readonly Reader[];
    let sealers: readonly Sealer[];

    before(async () => {
      link = await cuttableLink();
      cluster = await TestCluster.found({
        settings: SETTINGS,
        link,
        ...(database !== undefined && { database }),
      });
      token = await cluster.furnish();
      members = [await cluster.join("second"), await cluster.join("third")];
      late = await cluster.join("late");
      for (const member of members) {
        await member.start();
        await member.until("to seal", ({ health }) => health.canSeal);
      }
    });
    after(async () => {
      await cluster.discard();
      link.discard();
    });

    for (const outage of OUTAGES) {
      it(`reads on, and recovers by itself, when the master secret server is ${outage.name}`, async () => {
        readers = members.map((member) => new Reader(member, token));
        sealers = members.map((member) => new Sealer(member, token));
        try {
          await during(outage);
        } finally {
          await Promise.all([...readers, ...sealers].map((one) => one.stop()));
        }
      });
    }

    async function during(outage: Outage): Promise<void> {
      const { master, system } = cluster;
      await pause(GRACE_MS / 3); // all is well, and is read and sealed
      const beganAt = Date.now();
      await outage.begin(master, link, system.database);
      await late.start();
      await pause(OUTAGE_MS - (Date.now() - beganAt));
      await assertLateWaits();

      const endsAt = Date.now();
      await outage.end(master, link);
      await master.until("to be master secret server again", ({ health }) => health.isMaster);
      const backAt = Date.now();
      const recoveriesMs = await Promise.all(sealers.map((sealer) => recovery(sealer, backAt)));
      await late.until("to go on by itself", ({ health }) => health.canRead && health.canSeal);
      const lateMs = Date.now() - backAt;
      assert.equal((await reveal(late, token)).status, 200);
      await late.stop();
      await Promise.all([...readers, ...sealers].map((one) => one.stop()));

      report({ outage, endsAt, backAt, recoveriesMs, lateMs });
      assert.deepEqual(
        readers.flatMap(({ failures }) => failures),
        [],
      );
      for (const sealer of sealers) {
        assertSealings(sealer, {
          beganAt,
          endsAt,
          isSealed: outage.isLeaseRenewed(system.database),
        });
      }
      for (const recoveryMs of recoveriesMs) {
        assert.ok(recoveryMs <= RETRY_MS_MAX + CALL_MS + SLACK_MS, `after ${recoveryMs} ms`);
      }
    }

    async function assertLateWaits(): Promise<void> {
      assert.equal((await late.call({ path: "/livez" })).status, 200);
      const ready = await late.call({ path: "/readyz" });
      assert.equal(ready.status, 503);
      assert.match(ready.body, /the master secret from a master secret server/);
      assert.equal((await late.status()).cachedSecret, "empty");
      const refused = await reveal(late, token);
      assert.equal(refused.status, 503);
      assert.match(refused.body, /"master-secret-unavailable"/);
      assert.match(refused.body, /waits for the master secret from/);
    }

    /** How long after the master secret server was back this node sealed, in ms. */
    async function recovery(sealer: Sealer, backAt: number): Promise<number> {
      const made = await eventually(`${sealer.node.name} to seal again`, SOON_MS, () =>
        sealer.madeAfter(backAt),
      );
      return made.endedAt - backAt;
    }

    function report(figures: {
      readonly outage: Outage;
      readonly endsAt: number;
      readonly backAt: number;
      readonly recoveriesMs: readonly number[];
      readonly lateMs: number;
    }): void {
      const { outage, endsAt, backAt, recoveriesMs, lateMs } = figures;
      const done = readers.reduce((sum, reader) => sum + reader.done, 0);
      const failed = readers.reduce((sum, reader) => sum + reader.failures.length, 0);
      const slowest = Math.max(...readers.map(({ slowestMs }) => slowestMs));
      const all = sealers.flatMap(({ sealings }) => sealings);
      const refused = all.filter(({ refusal }) => refusal !== undefined).length;
      console.log(
        `${name}, ${outage.name} for ${OUTAGE_MS} ms, grace ${GRACE_MS} ms, by ${link.kind}: ` +
          `${done} reads, ${failed} failed, the slowest ${slowest.toFixed()} ms; ` +
          `${all.length - refused} sealed, ${refused} refused; ` +
          `master secret server again after ${backAt - endsAt} ms, ` +
          `sealed again after ${recoveriesMs.join(" and ")} ms, the late one after ${lateMs} ms`,
      );
    }
  });
}

interface Course {
  readonly beganAt: number;
  readonly endsAt: number;
  /** Whether sealing goes on all the time. */
  readonly isSealed: boolean;
}

/** Sealed until the grace ends, then refused with the one error and no other, and nothing sealed. */
function assertSealings({ node, sealings }: Sealer, { beganAt, endsAt, isSealed }: Course): void {
  const refusals = sealings.filter(({ refusal }) => refusal !== undefined);
  if (isSealed) {
    assert.deepEqual(refusals, [], `${node.name} goes on sealing`);
    return;
  }
  const [first] = refusals;
  assert.ok(first !== undefined && first.endedAt < endsAt, `${node.name} refuses in time`);
  assert.ok(first.sentAt > beganAt, `${node.name} refuses nothing before the outage`);
  for (const { refusal, retryAfter, lastConfirmedMs, endedAt } of refusals) {
    const expected = { status: 503, code: "master-secret-server-unavailable" };
    assert.deepEqual(refusal, expected, node.name);
    assert.ok(Number(retryAfter) > 0, "it says when to try again");
    const graceMs = endedAt - (lastConfirmedMs ?? endedAt);
    const isBack = endedAt > endsAt; // and may have been confirmed since it refused
    assert.ok(isBack || graceMs >= GRACE_MS - ROUNDING_MS, `${node.name} after ${graceMs} ms`);
  }
  const sealedLate = sealings.filter(
    ({ refusal, sentAt, endedAt }) =>
      refusal === undefined && sentAt > first.endedAt && endedAt < endsAt,
  );
  assert.deepEqual(sealedLate, [], `${node.name} seals nothing after the grace`);
}

suite("SQLite");

describe("with a server", { skip: requirement("postgres") }, async () => {
  const server = await sharedPostgres();
  after(() => server.stop());
  suite("PostgreSQL", await postgresDatabase(() => server.url));
});
