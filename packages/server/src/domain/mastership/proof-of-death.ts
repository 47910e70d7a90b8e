import { equalBytes, type NodeId } from "@chatelaine/crypto";
import { plusMs, type MonotonicMs } from "../../platform/clock.ts";
import { isSameMastership } from "./same-mastership.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";
import type { MastershipTimings } from "./mastership-timings.ts";

/** 16 random bytes, drawn when a process of a node starts: what tells it from an earlier one. */
export type ProcessId = Uint8Array;

/**
 * That the process which held a mastership is gone, so that its lease need not run out first. It
 * names the mastership (epoch and claim id), and is worth nothing for any other.
 *
 * - `own-earlier-process`: this node held it, and whoever holds the lock of the state directory is
 *   the only process of the node.
 * - `restarted`: its node was heard with another process id afterwards.
 * - `refused`: an authenticated stream under it broke, and the very address of that stream refuses
 *   connections. A firewall that rejects looks the same, so that this one may turn out wrong.
 *
 * A claim on a wrong proof is never unsafe, for the fence is what keeps a master secret server from
 * writing (P2): it is only unnecessary.
 */
export interface ProofOfDeath {
  readonly kind: "own-earlier-process" | "restarted" | "refused";
  readonly of: MastershipId;
}

/**
 * What one node knows of the life of the process that holds the role.
 *
 *   no proof --its node is heard with another process id--> proved (restarted)
 *   no proof --its stream breaks, and the address refuses--> proved (refused)
 *   proved --the mastership changes--> no proof
 *   proved --the lease is renewed | the process is heard--> no proof, and the address is barred
 *
 * That a process lives after all may be heard long after its mastership was taken, so refusals are
 * remembered for as long as an address would be barred. Late, repeated and out-of-order messages
 * are ordinary input: what was asked before a proof contradicts nothing.
 */
export interface LifeSigns {
  /** The mastership that was seen last; undefined before any was. */
  readonly current: SeenMastership | undefined;
  readonly proof: StandingProof | undefined;
  /** Proofs by refusal, for one of which a sign of life may come yet; the oldest first. */
  readonly refusals: readonly RememberedRefusal[];
  /** Addresses whose refusals prove nothing; the oldest first. */
  readonly barred: readonly BarredAddress[];
}

interface SeenMastership {
  readonly id: MastershipId;
  readonly nodeId: NodeId | undefined;
  readonly firstSeenAt: MonotonicMs;
  /** The process that said under it that it is master secret server, and when it was heard last. */
  readonly process: { readonly id: ProcessId; readonly heardAt: MonotonicMs } | undefined;
}

interface StandingProof extends ProofOfDeath {
  readonly provenAt: MonotonicMs;
  /** The literal address that refused, if that is the proof. */
  readonly address?: string;
  /** When the lease ended as it was first read after the proof; undefined: not read yet. */
  readonly expiresAtMs?: number;
}

interface RememberedRefusal {
  readonly of: MastershipId;
  readonly nodeId: NodeId;
  readonly process: ProcessId;
  readonly address: string;
  readonly at: MonotonicMs;
}

interface BarredAddress {
  readonly address: string;
  readonly until: MonotonicMs;
}

/** What a node says of itself, in an answer, a beat or a request. */
export interface SignOfLife {
  readonly nodeId: NodeId;
  readonly process: ProcessId;
  /** The mastership that it says it holds. */
  readonly holds: MastershipId | undefined;
  /**
   * When the request was sent, or the stream opened, with which this came; what it says was so
   * afterwards.
   */
  readonly askedAt: MonotonicMs;
}

export type LifeEvent =
  | { readonly kind: "read"; readonly read: FenceAndLease; readonly at: MonotonicMs }
  | { readonly kind: "heard"; readonly sign: SignOfLife; readonly at: MonotonicMs }
  /** A stream broke on which `process` had last said that it holds `of`; its address refuses. */
  | {
      readonly kind: "refused";
      readonly of: MastershipId;
      readonly nodeId: NodeId;
      readonly process: ProcessId;
      readonly address: string;
      readonly at: MonotonicMs;
    };

export interface LifeStep {
  readonly state: LifeSigns;
  /** A refusal that was no death after all: its address is barred from now on. Told once. */
  readonly contradicted?: { readonly nodeId: NodeId; readonly address: string };
}

export type ProofTimings = Pick<
  MastershipTimings,
  "ttlMs" | "renewalUnderWayMs" | "contradictedBarMs"
>;

export const NO_LIFE_SIGNS: LifeSigns = {
  current: undefined,
  proof: undefined,
  refusals: [],
  barred: [],
};

/** How many refusals and bars are kept. */
const REMEMBERED_MAX = 64;

export function stepLifeSigns(state: LifeSigns, event: LifeEvent, timings: ProofTimings): LifeStep {
  switch (event.kind) {
    case "read":
      return readLease(state, event, timings);
    case "heard":
      return heard(state, event, timings);
    case "refused":
      return { state: refused(state, event, timings) };
  }
}

/**
 * The proof on which the mastership that was read may be claimed, if there is one. None in the
 * first ttl of a mastership as seen from here, so that refusals that are no deaths cannot make the
 * role change hands more often than that.
 */
export function proofFor(
  { current, proof }: LifeSigns,
  { read, at }: { readonly read: FenceAndLease; readonly at: MonotonicMs },
  { ttlMs }: ProofTimings,
): ProofOfDeath | undefined {
  if (current === undefined || proof === undefined || !isSameMastership(proof.of, read.fence)) {
    return undefined;
  }
  const isYoung = at - current.firstSeenAt < ttlMs;
  return isYoung ? undefined : { kind: proof.kind, of: proof.of };
}

function readLease(
  state: LifeSigns,
  { read, at }: Extract<LifeEvent, { kind: "read" }>,
  timings: ProofTimings,
): LifeStep {
  const { fence, lease } = read;
  if (state.current === undefined || !isSameMastership(state.current.id, fence)) {
    return { state: seen(state, fence, fence.nodeId, at) };
  }
  const { proof } = state;
  if (proof === undefined || proof.expiresAtMs === lease.expiresAtMs) {
    return { state };
  }
  // A renewal that was under way when the process died is made a moment later.
  const isUnderWay = at - proof.provenAt < timings.renewalUnderWayMs;
  if (proof.expiresAtMs === undefined || isUnderWay) {
    return { state: { ...state, proof: { ...proof, expiresAtMs: lease.expiresAtMs } } };
  }
  const refusal = state.refusals.findLast(({ of }) => isSameMastership(of, proof.of));
  return contradict({ ...state, proof: undefined }, refusal, at, timings);
}

function heard(
  state: LifeSigns,
  { sign, at }: Extract<LifeEvent, { kind: "heard" }>,
  timings: ProofTimings,
): LifeStep {
  const lives = state.refusals.findLast(
    (refusal) => sign.askedAt > refusal.at && isSignOf(sign, refusal),
  );
  if (lives !== undefined) {
    const isOfProof = state.proof !== undefined && isSameMastership(state.proof.of, lives.of);
    const without = isOfProof ? { ...state, proof: undefined } : state;
    return contradict(withSign(without, sign, at), lives, at, timings);
  }
  return { state: withSign(state, sign, at) };
}

/** Whether it is the process that was taken for dead, whatever it holds by now. */
function isSignOf(sign: SignOfLife, refusal: RememberedRefusal): boolean {
  return sign.nodeId === refusal.nodeId && equalBytes(sign.process, refusal.process);
}

function withSign(state: LifeSigns, sign: SignOfLife, at: MonotonicMs): LifeSigns {
  const { holds, nodeId } = sign;
  const isNewer =
    holds !== undefined && (state.current === undefined || holds.epoch > state.current.id.epoch);
  const known = isNewer ? seen(state, holds, nodeId, at) : state;
  const { current } = known;
  if (current?.nodeId !== nodeId) {
    return known;
  }
  if (holds !== undefined && isSameMastership(holds, current.id)) {
    return { ...known, current: { ...current, process: { id: sign.process, heardAt: at } } };
  }
  const { process } = current;
  const isLater = process !== undefined && sign.askedAt >= process.heardAt;
  return isLater && !equalBytes(process.id, sign.process) && known.proof === undefined
    ? { ...known, proof: { kind: "restarted", of: current.id, provenAt: at } }
    : known;
}

function refused(
  state: LifeSigns,
  { kind, ...refusal }: Extract<LifeEvent, { kind: "refused" }>,
  { contradictedBarMs }: ProofTimings,
): LifeSigns {
  const { of, nodeId, address, at } = refusal;
  const barred = state.barred.filter(({ until }) => at < until);
  const isBarred = barred.some((bar) => bar.address === address);
  const { current } = state;
  const isCurrent =
    current !== undefined && current.nodeId === nodeId && isSameMastership(current.id, of);
  if (isBarred || !isCurrent) {
    return { ...state, barred };
  }
  const remembered = state.refusals.filter((one) => at - one.at < contradictedBarMs);
  return {
    ...state,
    barred,
    refusals: [...remembered, refusal].slice(-REMEMBERED_MAX),
    proof: state.proof ?? { kind, of, address, provenAt: at },
  };
}

/** Bars the address of a refusal; what was proved otherwise is only void. */
function contradict(
  state: LifeSigns,
  refusal: RememberedRefusal | undefined,
  at: MonotonicMs,
  { contradictedBarMs }: ProofTimings,
): LifeStep {
  if (refusal === undefined) {
    return { state };
  }
  const { nodeId, address } = refusal;
  const others = state.barred.filter((bar) => bar.address !== address);
  const bar = { address, until: plusMs(at, contradictedBarMs) };
  return {
    state: {
      ...state,
      refusals: state.refusals.filter((one) => one !== refusal),
      barred: [...others, bar].slice(-REMEMBERED_MAX),
    },
    contradicted: { nodeId, address },
  };
}

function seen(
  state: LifeSigns,
  { epoch, claimId }: MastershipId,
  nodeId: NodeId | undefined,
  firstSeenAt: MonotonicMs,
): LifeSigns {
  const current = { id: { epoch, claimId }, nodeId, firstSeenAt, process: undefined };
  return { ...state, current, proof: undefined };
}
