import { SecretBytes, text } from "@chatelaine/crypto";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { NODE_ITSELF } from "../../src/domain/access/caller.ts";
import { Auditor } from "../../src/domain/audit/auditor.ts";
import { NOTHING_SEEN, type Seen } from "../../src/domain/charter/seen.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";
import { type ClaimedRole, recoverNode } from "../../src/domain/system/recover-node.ts";
import { CALLER, CLEAR_CIPHER, NodeUnderTest } from "./node-under-test.ts";
import { putSnapshot, type Snapshot } from "./raw-database.ts";
import type { Means } from "./table-entry.ts";

const { random, clock } = SYSTEM_EFFECTS;
const CLAIM_ID_BYTES = 16;
const TTL_MS = 3000;

/** What a rogue database tries against `node recover`, which begins with nothing but a backup. */
export const RECOVERY_ATTACKS: readonly {
  readonly name: string;
  readonly apply: (present: Snapshot, means: Means) => Snapshot;
}[] = [
  { name: "a database that nobody has touched", apply: (present) => present },
  {
    name: "rows of nodes whose ids no node has",
    apply: (present) => withNode(present, "nobody's id", "no warrant"),
  },
  {
    name: "a node admitted by the attacker's own authority",
    apply: (present, { forger }) => withNode(present, "nod_aaaaaaaaaaaaaaaa", forger.warrant()),
  },
];

/** Recovers the system from its backup on this database; what the new node then reads and seals. */
export async function recoverAndUse(means: Means, attacked: Snapshot): Promise<readonly string[]> {
  const { place, backupFile, billing } = means.victim;
  await putSnapshot(place.raw, attacked);
  const { self, seen } = await recover(means, backupFile);
  const node = await NodeUnderTest.open(place.location, self, seen);
  try {
    const before = await node.reveal(billing, "password");
    await node.setItem(billing, "password", "after the recovery");
    return [before, await node.reveal(billing, "password")];
  } finally {
    await node.stop();
  }
}

async function recover(
  { victim }: Means,
  file: Uint8Array,
): Promise<{ self: NodeSelf; seen: Seen }> {
  let seen = NOTHING_SEEN;
  using passphrase = SecretBytes.copyOf(text("not used by the clear cipher"));
  const database = await victim.place.location.open();
  try {
    const { self } = await recoverNode(
      {
        database,
        stateDirectory: {
          prepare: () => Promise.resolve(),
          publish: async (_identity, published) => {
            seen = published;
          },
          abandon: () => Promise.resolve(),
        },
        cipher: CLEAR_CIPHER,
        events: { raise: () => undefined },
        effects: SYSTEM_EFFECTS,
        claim: (claimant) => claimRole(database, claimant, victim.seen.epoch + 1n),
      },
      CALLER,
      { file, passphrase, nodeName: "recovered" },
    );
    return { self, seen };
  } finally {
    await database.close();
  }
}

async function claimRole(
  database: SsoDatabase,
  { nodeId }: NodeSelf,
  epoch: bigint,
): Promise<ClaimedRole> {
  const mastership = { epoch, claimId: random.bytes(CLAIM_ID_BYTES) };
  const audit = new Auditor(clock, nodeId).entry(NODE_ITSELF, "mastership.claim", {});
  const claim = { kind: "claim", mastership, nodeId, ttlMs: TTL_MS, audit } as const;
  await database.mastership.claim(() => Promise.resolve(claim));
  return {
    epoch,
    fenced: (act, run) => database.fenced(mastership, act, run),
    giveUp: async () => {
      await database.mastership.release(mastership);
    },
  };
}

function withNode(present: Snapshot, nodeId: string, warrant: string): Snapshot {
  const rows = present.get("node") ?? [];
  return new Map(present).set("node", [...rows, { node_id: nodeId, warrant }]);
}
