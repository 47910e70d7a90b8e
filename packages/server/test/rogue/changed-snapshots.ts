/** Databases after attacks on several tables, as snapshots. */
import { signCharter, signWarrant, type Charter } from "@chatelaine/crypto";
import { type Row, type Snapshot, theRow, type Which, withCells } from "./raw-database.ts";
import type { RogueSystem } from "./rogue-system.ts";
import type { Means } from "./table-entry.ts";

const every: Which = () => true;

/** The snapshot with these tables as they were before the rotation. */
export function putBack(
  { present, earlier: [before] }: RogueSystem,
  tables: readonly string[],
): Snapshot {
  const changed = new Map(present);
  for (const table of tables) {
    changed.set(table, before?.get(table) ?? []);
  }
  return changed;
}

/** An application and its items as they were before its generation was raised. */
export function withEarlierOrders(victim: RogueSystem): Snapshot | undefined {
  const isOrders: Which = (row) => row["application_id"] === victim.orders;
  const [before] = victim.earlier;
  const application = before && theRow(before, "application", isOrders);
  return application === undefined
    ? undefined
    : withCells(
        withEarlierItems(victim, victim.orders),
        "application",
        isOrders,
        () => application,
      );
}

/** The items of an application as they were before its last change. */
export function withEarlierItems(
  { present, earlier: [before] }: RogueSystem,
  id: string,
): Snapshot {
  const isOf: Which = (row) => row["application_id"] === id;
  return withCells(present, "config_item", isOf, (row) => {
    const isSame: Which = (one) => isOf(one) && one["identifier"] === row["identifier"];
    return (before && theRow(before, "config_item", isSame)) ?? row;
  });
}

/** Charter and warrant as the attacker's authority signs them. */
export function forgedCharter({ victim, forger }: Means): Snapshot {
  const charter = withCells(victim.present, "charter", every, () => ({ note: forger.charterNote }));
  return withCells(charter, "node", isSelf(victim), () => ({ warrant: forger.warrant() }));
}

/** Every row that is under the master secret, made anew under the attacker's. */
export function allForged({ victim, forger }: Means, statements: Snapshot): Snapshot {
  const rewrites: readonly (readonly [string, Which, (row: Row) => Row])[] = [
    ["sealed_keyring", isSelf(victim), () => ({ sealed: forger.sealedKeyring })],
    ["version", every, (row) => ({ check_value: forger.checkValue(Number(row["number"])) })],
    ["application", every, (row) => ({ stamp: forger.applicationStamp(row) })],
    ["config_item", every, (row) => ({ sealed: forger.sealedItem(row, 0), version: 2n })],
    ["backup", every, () => ({ versions: forger.backedUpVersions() })],
    ["backup", every, (row) => ({ stamp: forger.backupStamp(row) })],
  ];
  return rewrites.reduce(
    (snapshot, [table, which, cells]) => withCells(snapshot, table, which, cells),
    statements,
  );
}

/** This node's row with another warrant. */
export function withWarrant(victim: RogueSystem, warrant: string): Snapshot {
  return withCells(victim.present, "node", isSelf(victim), () => ({ warrant }));
}

/** The authority's next charter, which the attacker has nothing to do with. */
export function withCharter(victim: RogueSystem, changes: Partial<Charter>): Snapshot {
  const charter = { ...victim.charter, serial: victim.charter.serial + 1n, ...changes };
  const note = signCharter(victim.authority, victim.self.systemId, charter);
  return withCells(victim.present, "charter", every, () => ({ note, serial: charter.serial }));
}

/** A lease held by another node unless said otherwise. */
export function withLease(
  victim: RogueSystem,
  expiresAtMs: number,
  holder: string = victim.other.nodeId,
): Snapshot {
  const fence = withCells(victim.present, "fence", every, () => ({ node_id: holder }));
  return withCells(fence, "lease", every, () => ({ expires_at_ms: BigInt(expiresAtMs) }));
}

export function isSelf({ self }: RogueSystem): Which {
  return isNode(self.nodeId);
}

export function isNode(nodeId: string): Which {
  return (row) => row["node_id"] === nodeId;
}

export function isPassword(applicationId: string): Which {
  return (row) => row["application_id"] === applicationId && row["identifier"] === "password";
}

/** A warrant of this node, by the authority, for less than it is now. */
export function warrantAsMember({ authority, self }: RogueSystem): string {
  return signWarrant(authority, self.systemId, {
    nodeId: self.nodeId,
    name: self.name,
    role: "member",
    admissionSerial: 1n,
    ...self.keys.publicKeys,
    names: [],
    addresses: [],
  });
}
