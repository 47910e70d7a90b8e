import {
  Authority,
  eraseKeyringSecrets,
  type Charter,
  type KeyringSecrets,
  type SecretBytes,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import { isKeyringOfCandidate, openSealedKeyring } from "../keyring/open-keyring.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { SealedKeyringReader } from "../keyring/sealed-keyring-store.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { NodeSelf } from "../node/node-identity.ts";

export interface AuthorityStores {
  readonly charter: CharterReader;
  readonly sealedKeyrings: SealedKeyringReader;
}

export interface LoadAuthorityDeps {
  readonly database: Reads<AuthorityStores>;
  readonly trust: Trust;
  readonly self: NodeSelf;
  readonly sealing: Pick<KeyringSealing, "open">;
}

/** What a candidate has opened for one act, and erases at its end. */
export interface LoadedAuthority {
  readonly authority: Authority;
  /** Of the certificate authority: PKCS#8, P-256. */
  readonly caKey: SecretBytes;
  /** Everything that a candidate is given. */
  readonly secrets: KeyringSecrets;
  /** The charter that describes them, and its note. */
  readonly charter: Charter;
  readonly charterNote: string;
  [Symbol.dispose](): void;
}

/**
 * Opens the keyring sealed to this node for the keys of authority and CA: to be held for the time
 * of one act (`using`), because the service itself keeps neither in memory. Throws
 * `master-secret-unavailable`, `cannot-open`, `keyring-mismatch`, and what `Trust.charter` throws.
 */
export async function loadAuthority(deps: LoadAuthorityDeps): Promise<LoadedAuthority> {
  return authorityUnder(deps, (stores) => deps.trust.charter(stores));
}

/** As `loadAuthority`, by the charter that the database holds, however old it is. */
export async function loadStoredAuthority(deps: LoadAuthorityDeps): Promise<LoadedAuthority> {
  return authorityUnder(deps, (stores) => deps.trust.charterAsStored(stores));
}

async function authorityUnder(
  deps: LoadAuthorityDeps,
  readCharter: (stores: AuthorityStores) => Promise<Charter>,
): Promise<LoadedAuthority> {
  const { charter, charterNote, row } = await deps.database.read(async (stores) => ({
    charter: await readCharter(stores),
    charterNote: (await stores.charter.find())?.note ?? "",
    row: await stores.sealedKeyrings.find(deps.self.nodeId),
  }));
  if (row === undefined) {
    throw new CodedError("master-secret-unavailable", {
      detail: "this node has no sealed keyring; run `chatelaine secret restore FILE` first",
    });
  }
  const secrets = await openSealedKeyring(deps.self, row, deps.sealing);
  const { authoritySeed, caKey } = secrets;
  // Whoever writes the database could seal another keyring to this node (P11).
  if (
    authoritySeed === undefined ||
    caKey === undefined ||
    !isKeyringOfCandidate(secrets, charter)
  ) {
    eraseKeyringSecrets(secrets);
    throw new CodedError("keyring-mismatch", {
      detail: "the sealed keyring is not the charter's; run `chatelaine secret restore FILE`",
    });
  }
  const authority = Authority.fromSeed(authoritySeed);
  return {
    authority,
    caKey,
    secrets,
    charter,
    charterNote,
    [Symbol.dispose]: () => {
      authority.erase();
      eraseKeyringSecrets(secrets);
    },
  };
}
