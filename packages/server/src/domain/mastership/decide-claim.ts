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

export interface ClaimContext<Written = unknown> {
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly keyring: { held(): Keyring | undefined };
  readonly auditor: Auditor;
  readonly random: RandomSource;
  /** The highest epoch this node has seen. */
  readonly seenEpoch: () => bigint;
  /** What a designated member becomes a candidate with; undefined: nothing was prepared. */
  readonly candidacy?: () => Candidacy<Written> | undefined;
}

/** A candidate's warrant and sealed keyring, made from a backup, and the charter they need. */
export interface Candidacy<Written> {
  /** The note of the charter on which all of it rests. */
  readonly charterNote: string;
  readonly write: (stores: Written) => Promise<void>;
}

/** What decides whether this node may have the role at all. */
export interface ClaimStores {
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
}

/**
 * Decides a claim under the locks of fence and lease: the basis still holds, the node's own
 * warrant is a live candidate's, or will be by this very claim because it is designated and has a
 * candidacy; and it holds every version of the charter.
 */
export async function decideClaim<Written>(
  context: ClaimContext<Written>,
  locked: FenceAndLease,
  stores: ClaimStores,
  request: ClaimRequest,
): Promise<ClaimDecision<Written>> {
  const eligibility =
    claimProblem(locked, request) ?? (await eligibilityOf(context, locked, stores));
  if (typeof eligibility === "string") {
    return { kind: "refuse", reason: eligibility };
  }
  const { candidacy } = eligibility;
  const { epoch } = locked.fence;
  const seen = context.seenEpoch();
  const mastership = {
    epoch: 1n + (seen > epoch ? seen : epoch),
    claimId: context.random.bytes(CLAIM_ID_BYTES),
  };
  const about = { epoch: String(mastership.epoch), basis: request.basis.kind };
  return {
    kind: "claim",
    mastership,
    nodeId: request.nodeId,
    ttlMs: request.ttlMs,
    audit: context.auditor.entry(NODE_ITSELF, "mastership.claim", about),
    ...(candidacy !== undefined && { write: candidacy.write }),
  };
}

/** Why this node cannot have the role, or what it needs to write to have it. */
async function eligibilityOf<Written>(
  context: ClaimContext<Written>,
  locked: FenceAndLease,
  stores: ClaimStores,
): Promise<ClaimRefusal | { readonly candidacy: Candidacy<Written> | undefined }> {
  const { self, trust, keyring } = context;
  try {
    const charter = await trust.charterToClaimBy(stores);
    const warrant = await trust.ownWarrant(stores, charter, self);
    const isCandidate = warrant.role === "candidate";
    const isDesignated = locked.fence.designatedNode === self.nodeId;
    const candidacy = isCandidate || !isDesignated ? undefined : context.candidacy?.();
    if (!isCandidate && candidacy === undefined) {
      return "not-a-candidate";
    }
    if (candidacy !== undefined && (await stores.charter.find())?.note !== candidacy.charterNote) {
      return "charter-moved";
    }
    const ring = keyring.held();
    const held = ring?.numbers.map((number) => ({ number, checkValue: ring.checkValue(number) }));
    return missingVersions(charter, held ?? []).length > 0 ? "keyring-incomplete" : { candidacy };
  } catch (error) {
    if (isCoded(error, "statement-not-authentic", "node-revoked")) {
      return "not-a-candidate";
    }
    throw error;
  }
}
