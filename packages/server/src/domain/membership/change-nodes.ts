import { signCharter, type Charter, type RandomSource } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { CharterStore } from "../charter/charter-store.ts";
import type { EventSink } from "../event/event-sink.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { InvitationReader, InvitationStore } from "../node/invitation-store.ts";
import {
  loadAuthority,
  type AuthorityStores,
  type LoadAuthorityDeps,
  type LoadedAuthority,
} from "./load-authority.ts";
import type { NodeReader, NodeStore } from "../node/node-store.ts";

/** What is read before a change of the nodes. */
export interface NodesReadStores extends AuthorityStores {
  readonly nodes: NodeReader;
  readonly invitations: InvitationReader;
}

/** What such a change writes. */
export interface NodesWriteStores {
  readonly charter: CharterStore;
  readonly nodes: NodeStore;
  readonly invitations: InvitationStore;
  readonly sealedKeyrings: SealedKeyringStore;
  readonly audit: AuditStore;
}

export interface ChangeNodesDeps extends LoadAuthorityDeps {
  readonly database: Reads<NodesReadStores>;
  readonly role: MasterRole<NodesWriteStores>;
  readonly sealing: KeyringSealing;
  readonly records: {
    readonly auditor: Auditor;
    readonly events: EventSink;
    readonly clock: Clock;
    readonly random: RandomSource;
  };
}

/** A change that is ready to be written. */
export interface PreparedChange<T> {
  /** Undefined if there is nothing to write. */
  readonly write: ((stores: NodesWriteStores) => Promise<void>) | undefined;
  readonly result: T;
}

const ATTEMPTS_MAX = 3;

/**
 * Makes a change of the nodes in one fenced transaction. Everything that takes time (opening the
 * keyring, signing, sealing) is done by `prepare` before it, so the transaction first looks
 * whether the charter is still the one that `prepare` was given; if not, all of it is done again.
 * Throws `revision-conflict` if the charter changed each time, what `loadAuthority` throws, and
 * `not-master-secret-server`.
 */
export async function changeNodes<T>(
  deps: ChangeNodesDeps,
  act: string,
  prepare: (loaded: LoadedAuthority) => Promise<PreparedChange<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeOnce(deps, act, prepare);
    } catch (error) {
      if (!(error instanceof CharterMoved) || attempt === ATTEMPTS_MAX) {
        throw error;
      }
    }
  }
}

/** Another change of the charter was committed in between. */
class CharterMoved extends CodedError {
  constructor() {
    super("revision-conflict", {
      detail: "the charter was changed by something else meanwhile; try again",
    });
  }
}

async function changeOnce<T>(
  deps: ChangeNodesDeps,
  act: string,
  prepare: (loaded: LoadedAuthority) => Promise<PreparedChange<T>>,
): Promise<T> {
  using loaded = await loadAuthority(deps);
  const { write, result } = await prepare(loaded);
  if (write !== undefined) {
    await deps.role.fenced(act, async (stores) => {
      if ((await stores.charter.find())?.note !== loaded.charterNote) {
        throw new CharterMoved();
      }
      await write(stores);
    });
  }
  return result;
}

/** The signed note of a charter. */
export function signedCharter(
  deps: Pick<ChangeNodesDeps, "self">,
  { authority }: Pick<LoadedAuthority, "authority">,
  charter: Charter,
): string {
  return signCharter(authority, deps.self.systemId, charter);
}
