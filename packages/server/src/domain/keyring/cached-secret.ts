import { plusMs, type MonotonicMs } from "../../platform/clock.ts";
import {
  NOTHING_SEEN,
  behind,
  mastershipDifference,
  seenAfter,
  seenWith,
  type CharterAge,
  type Seen,
} from "../charter/seen.ts";
import type { MastershipId } from "../mastership/mastership-store.ts";

/**
 * Whether this node may read and seal.
 *
 *   empty --opened--> degraded --confirmed--> confirmed --grace ran out--> degraded
 *   any --revoked--> revoked
 *
 * Nothing leads back to `empty`: a keyring that was opened is kept, whatever is missing later (P1).
 * Late, repeated and out-of-order replies are ordinary input: what was seen and what is held never
 * sinks within an incarnation, and a confirmation never shortens an earlier one.
 */
export type CachedSecret =
  | ({ readonly kind: "empty" } & Facts)
  | ({ readonly kind: "degraded"; readonly held: HeldKeyring } & Facts)
  | ({
      readonly kind: "confirmed";
      readonly held: HeldKeyring;
      /** Who confirmed it last. */
      readonly by: MastershipId;
      readonly until: MonotonicMs;
    } & Facts)
  | ({ readonly kind: "revoked" } & Facts);

interface Facts {
  readonly seen: Seen;
  /** How the database is older than what was seen; then nothing is sealed into it. */
  readonly behind: string | undefined;
}

export interface HeldKeyring {
  readonly incarnation: bigint;
  readonly revision: bigint;
  /** Under which it was issued; undefined: this node opened the one sealed to itself. */
  readonly mastership: MastershipId | undefined;
}

/** What somebody says is in force: a mastership and what belongs to it. */
export interface Standing extends MastershipId {
  readonly incarnation: bigint;
  readonly charterSerial: bigint;
  readonly keyringRevision: bigint;
}

export type CachedSecretEvent =
  /** What the state directory remembers. */
  | { readonly kind: "remembered"; readonly seen: Seen }
  | { readonly kind: "opened"; readonly keyring: HeldKeyring }
  /** The master secret server answered a request that was sent then. */
  | { readonly kind: "answered"; readonly standing: Standing; readonly sentAt: MonotonicMs }
  /** This node has read fence, lease and charter, or renewed the lease as its holder. */
  | {
      readonly kind: "lease-read";
      readonly standing: Standing;
      readonly isValid: boolean;
      readonly sentAt: MonotonicMs;
    }
  /** Came by itself, whenever it was said: news, and no confirmation. */
  | { readonly kind: "heard"; readonly standing: Standing }
  | { readonly kind: "unanswered" }
  /** An authentic charter was read. */
  | { readonly kind: "charter-read"; readonly charter: CharterAge }
  | { readonly kind: "tick"; readonly now: MonotonicMs }
  /** An authentic charter revokes this node. */
  | { readonly kind: "revoked" };

export type CachedSecretAction =
  | { readonly kind: "refresh" }
  | { readonly kind: "fetch-keyring" }
  | { readonly kind: "read-lease" }
  | { readonly kind: "erase-keyring" }
  | CachedSecretAnnouncement;

export type CachedSecretAnnouncement =
  | { readonly kind: "announce"; readonly what: "confirmed" | "degraded" | "revoked" | "caught-up" }
  | {
      readonly kind: "announce";
      readonly what: "behind" | "mastership-refused" | "keyring-refused";
      readonly difference: string;
    };

export interface CachedSecretStep {
  readonly state: CachedSecret;
  readonly actions: readonly CachedSecretAction[];
}

export interface CachedSecretContext {
  /** How long a confirmation lasts. */
  readonly graceMs: number;
}

export const EMPTY: CachedSecret = { kind: "empty", seen: NOTHING_SEEN, behind: undefined };

export function stepCachedSecret(
  state: CachedSecret,
  event: CachedSecretEvent,
  context: CachedSecretContext,
): CachedSecretStep {
  if (state.kind === "revoked") {
    return stay(state);
  }
  switch (event.kind) {
    case "remembered":
      return stay(state.kind === "empty" ? { ...state, seen: event.seen } : state);
    case "opened":
      return opened(state, event.keyring);
    case "answered":
      return believed(state, event.standing, (seen) =>
        confirmed(seen, event.standing, event.sentAt, context),
      );
    case "lease-read":
      // Beside a charter that is over there is nothing to learn.
      return state.behind !== undefined
        ? stay(state)
        : believed(state, event.standing, (seen) => leaseRead(seen, event, context));
    case "heard":
      return mastershipDifference(state.seen, event.standing) === undefined &&
        isNews(state, event.standing)
        ? { state, actions: [{ kind: "refresh" }] }
        : stay(state);
    case "unanswered":
      return { state, actions: [{ kind: "read-lease" }] };
    case "charter-read":
      return charterRead(state, event.charter);
    case "tick":
      return state.kind === "confirmed" && event.now >= state.until
        ? degraded(state, [])
        : stay(state);
    case "revoked":
      return {
        state: { kind: "revoked", seen: state.seen, behind: state.behind },
        actions: [{ kind: "erase-keyring" }, { kind: "announce", what: "revoked" }],
      };
  }
}

type Live = Exclude<CachedSecret, { kind: "revoked" }>;
type LeaseRead = Extract<CachedSecretEvent, { kind: "lease-read" }>;

/** Only one that is not older than what is held, in each thing that grows. */
function opened(state: Live, keyring: HeldKeyring): CachedSecretStep {
  const difference = keyringDifference(state, keyring);
  if (difference !== undefined) {
    return {
      state,
      actions: [{ kind: "announce", what: "keyring-refused", difference }],
    };
  }
  if (state.kind === "empty") {
    return stay({ ...state, kind: "degraded", held: keyring });
  }
  const mastership = keyring.mastership ?? state.held.mastership;
  return stay({ ...state, held: { ...keyring, mastership } });
}

/** Why a keyring is older than the one held, or issued under a mastership that is over. */
function keyringDifference(state: Live, { incarnation, revision, mastership }: HeldKeyring) {
  const older = mastership && mastershipDifference(state.seen, { incarnation, ...mastership });
  if (older !== undefined || state.kind === "empty") {
    return older;
  }
  const { held } = state;
  if (incarnation < held.incarnation) {
    return `incarnation ${String(incarnation)} is older than ${String(held.incarnation)}`;
  }
  return incarnation === held.incarnation && revision < held.revision
    ? `keyring revision ${String(revision)} is older than ${String(held.revision)}`
    : undefined;
}

/** Whoever speaks of an older mastership, or for an older charter or keyring, confirms nothing. */
function believed(
  state: Live,
  standing: Standing,
  then: (state: Live) => CachedSecretStep,
): CachedSecretStep {
  const { incarnation, charterSerial: serial, keyringRevision } = standing;
  const difference =
    mastershipDifference(state.seen, standing) ??
    behind(state.seen, { incarnation, serial, keyringRevision });
  if (difference !== undefined) {
    const refused = { kind: "announce", what: "mastership-refused", difference } as const;
    return { state, actions: [refused] };
  }
  return then({ ...state, seen: seenWith(state.seen, standing) });
}

/**
 * Counts from before the request was sent: what happened since the answer was written is not in
 * it. It confirms the keyring held, so it must speak of that one.
 */
function confirmed(
  state: Live,
  standing: Standing,
  sentAt: MonotonicMs,
  context: CachedSecretContext,
): CachedSecretStep {
  const wanted = wantedAfter(state, standing);
  if (state.kind === "empty" || !isOfStanding(state.held, standing)) {
    return { state, actions: wanted };
  }
  const until = plusMs(sentAt, context.graceMs);
  if (state.behind !== undefined || (state.kind === "confirmed" && state.until >= until)) {
    return { state, actions: wanted };
  }
  const { seen, held } = state;
  const by = { epoch: standing.epoch, claimId: standing.claimId };
  const isAgain = state.kind === "confirmed";
  return {
    state: { kind: "confirmed", seen, behind: undefined, held, by, until },
    actions: isAgain ? wanted : [...wanted, { kind: "announce", what: "confirmed" }],
  };
}

/** A lease confirms while it is valid, and only for a node that holds the charter beside it. */
function leaseRead(
  state: Live,
  { standing, isValid, sentAt }: LeaseRead,
  context: CachedSecretContext,
): CachedSecretStep {
  const holdsCharter =
    standing.incarnation === state.seen.incarnation &&
    standing.charterSerial === state.seen.charterSerial;
  return isValid && holdsCharter
    ? confirmed(state, standing, sentAt, context)
    : { state, actions: wantedAfter(state, standing) };
}

function charterRead(state: Live, charter: CharterAge): CachedSecretStep {
  const difference = behind(state.seen, charter);
  if (difference !== undefined) {
    const known = { ...state, behind: difference };
    const said = { kind: "announce", what: "behind", difference } as const;
    const isNew = state.behind === undefined;
    return state.kind === "confirmed"
      ? degraded({ ...state, behind: difference }, [said])
      : { state: known, actions: isNew ? [said] : [] };
  }
  const actions: readonly CachedSecretAction[] =
    state.behind === undefined ? [] : [{ kind: "announce", what: "caught-up" }];
  const seen = isSeen(state.seen, charter) ? state.seen : seenAfter(state.seen, charter, 0n);
  return { state: { ...state, seen, behind: undefined }, actions };
}

function isSeen(seen: Seen, { incarnation, serial, keyringRevision }: CharterAge): boolean {
  return (
    seen.incarnation === incarnation &&
    seen.charterSerial === serial &&
    seen.keyringRevision === keyringRevision
  );
}

function degraded(
  { seen, behind: difference, held }: Extract<CachedSecret, { kind: "confirmed" }>,
  before: readonly CachedSecretAction[],
): CachedSecretStep {
  return {
    state: { kind: "degraded", seen, behind: difference, held },
    actions: [...before, { kind: "announce", what: "degraded" }],
  };
}

/** What has to be got because of what was said. */
function wantedAfter(state: Live, standing: Standing): readonly CachedSecretAction[] {
  if (isLaterCharter(state.seen, standing)) {
    return [{ kind: "refresh" }];
  }
  return state.kind === "empty" || isLaterKeyring(state.held, standing)
    ? [{ kind: "fetch-keyring" }]
    : [];
}

function isNews(state: Live, standing: Standing): boolean {
  return (
    standing.epoch > state.seen.epoch ||
    isLaterCharter(state.seen, standing) ||
    state.kind === "empty" ||
    isLaterKeyring(state.held, standing)
  );
}

function isLaterCharter(seen: Seen, { incarnation, charterSerial }: Standing): boolean {
  return (
    incarnation > seen.incarnation ||
    (incarnation === seen.incarnation && charterSerial > seen.charterSerial)
  );
}

function isLaterKeyring(held: HeldKeyring, { incarnation, keyringRevision }: Standing): boolean {
  return (
    incarnation > held.incarnation ||
    (incarnation === held.incarnation && keyringRevision > held.revision)
  );
}

function isOfStanding(held: HeldKeyring, { incarnation, keyringRevision }: Standing): boolean {
  return held.incarnation === incarnation && held.revision === keyringRevision;
}

function stay(state: CachedSecret): CachedSecretStep {
  return { state, actions: [] };
}
