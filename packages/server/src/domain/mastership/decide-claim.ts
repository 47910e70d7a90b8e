import type { Keyring, RandomSource } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import { NODE_ITSELF } from "../access/caller.ts";
import type { Auditor } from "../audit/auditor.ts";
import { missingVersions } from "../backup/backup.ts";
import type { Trust } from "../charter/trust.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { NodeReader } from "../node/node-store.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import { claimProblem, type ClaimRequest } from "./claim-rule.ts";
import type { ClaimDecision, ClaimRefusal, FenceAndLease } from "./mastership-store.ts";

const CLAIM_ID_BYTES = 16;

export interface ClaimContext {
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly keyring: { held(): Keyring | undefined };
  readonly auditor: Auditor;
  readonly random: RandomSource;
  /** The highest epoch this node has seen. */
  readonly seenEpoch: () => bigint;
}

/** What decides whether this node may have the role at all. */
export interface ClaimStores {
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
}

/**
 * Decides a claim under the locks of fence and lease: the basis still holds, the node's own
 * warrant is a live candidate's, and it holds every version of the charter.
 */
export async function decideClaim(
  context: ClaimContext,
  locked: FenceAndLease,
  stores: ClaimStores,
  request: ClaimRequest,
): Promise<ClaimDecision> {
  const reason = claimProblem(locked, request) ?? (await eligibilityProblem(context, stores));
  if (reason !== undefined) {
    return { kind: "refuse", reason };
  }
  const { epoch } = locked.fence;
  const seen = context.seenEpoch();
  const mastership = {
    epoch: 1n + (seen > epoch ? seen : epoch),
    claimId: context.random.bytes(CLAIM_ID_BYTES),
  };
  const about = { epoch: String(mastership.epoch), basis: request.basis };
  return {
    kind: "claim",
    mastership,
    nodeId: request.nodeId,
    ttlMs: request.ttlMs,
    audit: context.auditor.entry(NODE_ITSELF, "mastership.claim", about),
  };
}

async function eligibilityProblem(
  { self, trust, keyring }: ClaimContext,
  stores: ClaimStores,
): Promise<ClaimRefusal | undefined> {
  try {
    const charter = await trust.charterToClaimBy(stores);
    const warrant = await trust.ownWarrant(stores, charter, self);
    if (warrant.role !== "candidate") {
      return "not-a-candidate";
    }
    const ring = keyring.held();
    const held = ring?.numbers.map((number) => ({ number, checkValue: ring.checkValue(number) }));
    return missingVersions(charter, held ?? []).length > 0 ? "keyring-incomplete" : undefined;
  } catch (error) {
    if (isCoded(error, "statement-not-authentic", "node-revoked")) {
      return "not-a-candidate";
    }
    throw error;
  }
}
