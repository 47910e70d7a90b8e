import type { RandomSource } from "@chatelaine/crypto";
import type { Auditor } from "../domain/audit/auditor.ts";
import type { SeenStore } from "../domain/charter/seen.ts";
import type { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { CachedSecretTimings } from "../domain/keyring/cached-secret-timings.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { KeyringSealing } from "../domain/keyring/keyring-sealing.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import type { Peers } from "./peers.ts";

/** What one running node stands on. */
export interface SsoServiceDeps {
  readonly database: SsoDatabase;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly seen: SeenStore;
  /** Filled by the service; also what the listener for nodes knows its callers by. */
  readonly roster: Roster;
  /** `NO_PEERS` for a node that runs alone. */
  readonly peers: Peers;
  readonly sealing: KeyringSealing;
  /** Told when the roster was read anew: connections of nodes that are not in it end. */
  readonly rosterChanged?: () => void;
  readonly becameMaster?: () => void;
  readonly effects: ServiceEffects;
}

export interface ServiceEffects {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly events: EventSink;
  readonly auditor: Auditor;
  readonly timings: MastershipTimings;
  readonly cachedSecret: CachedSecretTimings;
}
