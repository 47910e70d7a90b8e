import type { NodeId, SecretBytes } from "@chatelaine/crypto";
import { invariant } from "../base/invariant.ts";
import { NODE_ITSELF, localAdministrator } from "../domain/access/caller.ts";
import { Auditor } from "../domain/audit/auditor.ts";
import { claimProblem } from "../domain/mastership/claim-rule.ts";
import { MASTERSHIP_TIMINGS } from "../domain/mastership/mastership-timings.ts";
import { MastershipLoop } from "../cluster/mastership-loop.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import {
  recoverNode,
  type ClaimedRole,
  type RecoveredNode,
} from "../domain/system/recover-node.ts";
import { ageBackupCipher } from "./age-backup-cipher.ts";
import { databaseLocation, openDatabase } from "./database-location.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import { defaultNodeName, locatorOf, type NodePlace } from "./init-system.ts";
import { StateDirectory } from "./state-directory.ts";

export interface RecoverSystemRequest extends NodePlace {
  readonly file: Uint8Array;
  readonly passphrase: SecretBytes;
  readonly nodeName: string | undefined;
}

/** `chatelaine node recover`: a new first node for a system that lost its last one. */
export async function recoverSystem(request: RecoverSystemRequest): Promise<RecoveredNode> {
  const directory = new StateDirectory(request.stateDirectory);
  const locator = locatorOf(directory, request);
  const location = await databaseLocation(SYSTEM_EFFECTS, locator, () =>
    Promise.resolve(request.databaseUrl ?? ""),
  );
  const database = await openDatabase(location);
  try {
    return await recoverNode(
      {
        database,
        stateDirectory: directory.create(locator, request.databaseUrl, "state-not-lost"),
        cipher: ageBackupCipher,
        events: { raise: () => undefined },
        effects: SYSTEM_EFFECTS,
        claim: ({ nodeId }) => claimRole(database, nodeId),
      },
      localAdministrator("process", ""),
      {
        file: request.file,
        passphrase: request.passphrase,
        nodeName: request.nodeName ?? defaultNodeName(),
      },
    );
  } finally {
    await database.close();
  }
}

const CLAIM_ID_BYTES = 16;

/**
 * Waits for the lease of whoever was master secret server and claims the role for a node that has
 * no warrant yet: the backup's authority, which signs it in the next transaction, stands for it.
 */
async function claimRole(database: SsoDatabase, nodeId: NodeId): Promise<ClaimedRole> {
  const { clock, random, scheduler } = SYSTEM_EFFECTS;
  const timings = MASTERSHIP_TIMINGS;
  const auditor = new Auditor(clock, nodeId);
  const loop = new MastershipLoop({
    database,
    clock,
    scheduler,
    context: { nodeId, timings },
    decide: async (locked, _stores, attempt) => {
      const request = { nodeId, ttlMs: timings.ttlMs, ...attempt };
      const reason = claimProblem(locked, request);
      if (reason !== undefined) {
        return { kind: "refuse", reason };
      }
      const epoch = locked.fence.epoch + 1n;
      const about = { epoch: String(epoch), basis: attempt.basis.kind };
      return {
        kind: "claim",
        mastership: { epoch, claimId: random.bytes(CLAIM_ID_BYTES) },
        nodeId,
        ttlMs: timings.ttlMs,
        audit: auditor.entry(NODE_ITSELF, "mastership.claim", about),
      };
    },
    observer: { changed: () => undefined, announced: () => undefined, failed: () => undefined },
  });
  loop.setMayClaim(true);
  loop.start();
  try {
    await loop.becomeMaster(2 * timings.ttlMs + timings.expiryConfirmationMs);
  } catch (error) {
    await loop.stop();
    throw error;
  }
  const { state } = loop;
  invariant(state.kind === "active", "becomeMaster resolves on the master secret server");
  return {
    epoch: state.id.epoch,
    fenced: (act, run) => loop.fenced(act, run),
    giveUp: () => loop.stop(),
  };
}
