import assert from "node:assert/strict";
import type { EventCode } from "@chatelaine/protocol";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { signCandidateWarrant } from "../../src/domain/system/found-system.ts";
import { warrantAsMember, withCharter, withLease, withWarrant } from "./changed-snapshots.ts";
import { outcome } from "./observe.ts";
import { alarms, NodeUnderTest } from "./node-under-test.ts";
import { putSnapshot, type Snapshot, takeSnapshot, withCells, type Which } from "./raw-database.ts";
import { numberIn } from "./rows.ts";
import type { Means } from "./table-entry.ts";

const { clock } = SYSTEM_EFFECTS;
const every: Which = () => true;

/** An attack on a database while a node works on it as master secret server. */
export interface RunningAttack {
  readonly name: string;
  /** What the node starts on, if not on what it left. */
  readonly start?: (means: Means) => Snapshot;
  /** The database after it, from what it holds now. */
  readonly apply: (now: Snapshot, means: Means) => Snapshot;
  /** What the node is asked to do then. */
  readonly act: (node: NodeUnderTest, means: Means) => Promise<unknown>;
  readonly expect: { readonly code: string; readonly alarms: string };
}

export const RUNNING_ATTACKS: readonly RunningAttack[] = [
  {
    name: "backs up no keyring that the attacker has sealed to it",
    apply: (now, { victim, forger }) =>
      withCells(now, "sealed_keyring", isNode(victim.self.nodeId), () => ({
        sealed: forger.sealedKeyring,
      })),
    act: (node) => node.backup("/backups/next.age"),
    expect: { code: "keyring-mismatch", alarms: "" },
  },
  {
    name: "puts no charter into a backup that the authority has not signed",
    apply: (now, { forger }) =>
      withCells(now, "charter", every, () => ({ note: forger.charterNote })),
    act: (node) => node.backup("/backups/next.age"),
    expect: { code: "statement-not-authentic", alarms: "trust.statement-refused" },
  },
  {
    name: "measures no backup by a charter that the authority has not signed",
    apply: (now, { forger }) =>
      withCells(now, "charter", every, () => ({ note: forger.charterNote })),
    act: (node, { victim }) => node.verify("/backups/now.age", victim.backupFile),
    expect: { code: "statement-not-authentic", alarms: "trust.statement-refused" },
  },
  {
    name: "says of no older charter that its versions are backed up",
    apply: putBackStatements,
    act: (node) => node.status(),
    expect: { code: "database-behind", alarms: "trust.database-behind" },
  },
  {
    name: "restores no keyring by an older charter, whose version it would seal under again",
    apply: putBackStatements,
    act: async (node, { victim }) => {
      await node.restore(victim.backupFile);
      await node.setItem(victim.billing, "password", "new");
    },
    expect: { code: "database-behind", alarms: "trust.database-behind" },
  },
  {
    name: "goes on sealing under its own version when older ones are put back",
    apply: putBackStatements,
    act: (node, { victim }) => node.setItem(victim.billing, "another", "new"),
    expect: { code: "master-secret-server-unavailable", alarms: "" },
  },
  {
    name: "commits nothing reserved when the fence names another claim",
    apply: (now) =>
      withCells(now, "fence", every, () => ({ claim_id: new Uint8Array(16).fill(7) })),
    act: (node) => node.backup("/backups/next.age"),
    expect: { code: "epoch-fenced", alarms: "mastership.lost" },
  },
  {
    name: "commits nothing reserved when the fence is put back to an earlier epoch",
    apply: (now) =>
      withCells(now, "fence", every, (row) => ({ epoch: BigInt(numberIn(row, "epoch") - 1) })),
    act: (node) => node.backup("/backups/next.age"),
    expect: { code: "epoch-fenced", alarms: "mastership.lost" },
  },
  ...claims(),
  {
    name: "believes no row that was changed after it was opened",
    apply: (now, { victim }) =>
      withCells(
        now,
        "application",
        (row) => row["application_id"] === victim.billing,
        () => ({
          generation: 1n,
        }),
      ),
    act: (node, { victim }) => node.setItem(victim.billing, "password", "new"),
    expect: { code: "row-not-authentic", alarms: "trust.row-refused" },
  },
];

/** A node on standby, whose own standing changes before it can take the role. */
function claims(): readonly RunningAttack[] {
  const refusedClaim = {
    start: ({ victim }: Means) => withLease(victim, clock.wallTime() + 2900),
    act: async (node: NodeUnderTest) => {
      assert.equal(await node.nextClaim(), false, "the claim is refused");
    },
  };
  return [
    {
      name: "takes no role once the charter revokes it",
      ...refusedClaim,
      apply: (_now, { victim }) => withCharter(victim, { revokedNodes: [victim.self.nodeId] }),
      expect: { code: "done", alarms: "mastership.claim-refused" },
    },
    {
      name: "takes no role by another node's warrant",
      ...refusedClaim,
      apply: (_now, { victim }) =>
        withWarrant(
          victim,
          signCandidateWarrant(victim.authority, victim.other, victim.charter.serial),
        ),
      expect: { code: "done", alarms: "mastership.claim-refused trust.statement-refused" },
    },
    {
      name: "takes no role by its own warrant as a mere member",
      ...refusedClaim,
      apply: (_now, { victim }) => withWarrant(victim, warrantAsMember(victim)),
      expect: { code: "done", alarms: "mastership.claim-refused" },
    },
    {
      name: "takes no role by a charter that the authority has not signed",
      ...refusedClaim,
      apply: (_now, { victim, forger }) =>
        withCells(victim.present, "charter", every, () => ({ note: forger.charterNote })),
      expect: { code: "done", alarms: "mastership.claim-refused trust.statement-refused" },
    },
    {
      name: "takes no role while it lacks a version of the charter",
      ...refusedClaim,
      apply: (_now, { victim, forger }) =>
        withCharter(victim, {
          versions: [
            ...victim.charter.versions,
            { number: 3, state: "prepared", checkValue: forger.checkValue(2) },
          ],
        }),
      expect: { code: "done", alarms: "mastership.claim-refused" },
    },
  ];
}

/** What the node answered to the act, and what it raised from the attack on. */
export async function observeRunning(
  means: Means,
  attack: RunningAttack,
): Promise<RunningAttack["expect"]> {
  const { place, self, seen, present } = means.victim;
  await putSnapshot(place.raw, attack.start?.(means) ?? present);
  const events: EventCode[] = [];
  const node = await NodeUnderTest.open(place.location, self, seen, events);
  try {
    await putSnapshot(place.raw, attack.apply(await takeSnapshot(place.raw), means));
    const code = await attack.act(node, means).then(() => "done", outcome);
    return { code, alarms: alarms(events).join(" ") };
  } finally {
    await node.stop();
  }
}

/** Charter and versions from before the rotation, as if it had not been. */
function putBackStatements(now: Snapshot, { victim }: Means): Snapshot {
  const [before] = victim.earlier;
  const changed = new Map(now);
  for (const table of ["charter", "version"]) {
    changed.set(table, before?.get(table) ?? []);
  }
  return changed;
}

function isNode(nodeId: string): Which {
  return (row) => row["node_id"] === nodeId;
}
