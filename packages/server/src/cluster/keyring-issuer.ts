import {
  eraseKeyringSecrets,
  type Charter,
  type Keyring,
  type KeyringSecrets,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { KeyringSealing } from "../domain/keyring/keyring-sealing.ts";
import { isKeyringOfCharter } from "../domain/keyring/open-keyring.ts";
import { isSameMastership } from "../domain/mastership/same-mastership.ts";
import type { MastershipId } from "../domain/mastership/mastership-store.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import { openCandidateKeyring } from "../domain/system/open-node.ts";
import type { NodeView } from "./node-view.ts";
import type { IssuedKeyring } from "./peer-acts.ts";

export interface KeyringIssuerDeps {
  readonly database: SsoDatabase;
  readonly self: NodeSelf;
  readonly holder: KeyringHolder;
  readonly sealing: KeyringSealing;
  readonly view: Pick<NodeView, "charter" | "charterNote">;
  /** The mastership of this node, if it is valid. */
  readonly ownMastership: () => MastershipId | undefined;
}

/** Gives the keyring to other nodes, each its own: sealed to its warranted key, for its role. */
export class KeyringIssuer {
  readonly #deps: KeyringIssuerDeps;

  constructor(deps: KeyringIssuerDeps) {
    this.#deps = deps;
  }

  /**
   * Only as long as this node is master secret server, also at the moment of the answer: what is
   * sealed meanwhile is not given out. Throws `not-master-secret-server`, `node-revoked`,
   * `master-secret-unavailable`.
   */
  async issue(warrant: Warrant): Promise<IssuedKeyring> {
    const { sealing, view } = this.#deps;
    const mastership = this.#assertMaster();
    const { charter, charterNote } = view;
    assertLive(charter, warrant);
    const secrets = await this.#secretsFor(warrant, charter);
    try {
      const { nodeId, role, hpkeKey } = warrant;
      const sealed = await sealing.seal(secrets, { nodeId, role, hpkeKey });
      assertLive(view.charter, warrant);
      if (!isSameMastership(this.#assertMaster(), mastership)) {
        throw new CodedError("not-master-secret-server");
      }
      return { mastership, charter: charterNote, revision: secrets.revision, sealed };
    } finally {
      eraseKeyringSecrets(secrets);
    }
  }

  #assertMaster(): MastershipId {
    const mastership = this.#deps.ownMastership();
    if (mastership === undefined) {
      throw new CodedError("not-master-secret-server");
    }
    return mastership;
  }

  /** A member is given the versions; a candidate the keys of authority and CA besides. */
  async #secretsFor(warrant: Warrant, charter: Charter): Promise<KeyringSecrets> {
    const ring = this.#deps.holder.held();
    if (ring === undefined) {
      throw unavailable();
    }
    const secrets =
      warrant.role === "member" ? versionsOf(ring, charter) : await this.#candidateSecrets(charter);
    if (!isKeyringOfCharter(secrets, charter)) {
      eraseKeyringSecrets(secrets);
      throw unavailable();
    }
    return secrets;
  }

  /** The service keeps the keys of authority and CA nowhere in memory: they are opened for this. */
  async #candidateSecrets(charter: Charter): Promise<KeyringSecrets> {
    const { database, self } = this.#deps;
    const row = await database.read((stores) => stores.sealedKeyrings.find(self.nodeId));
    const opening = await openCandidateKeyring(this.#deps, charter, row);
    if (opening.kind !== "opened") {
      throw unavailable();
    }
    return opening.secrets;
  }
}

/** What the charter describes; a version that only this node still holds is not given out. */
function versionsOf(ring: Keyring, charter: Charter): KeyringSecrets {
  const described = new Set(charter.versions.map(({ number }) => number));
  const versions = ring.exportVersions().filter(({ number, secret }) => {
    const isDescribed = described.has(number);
    if (!isDescribed) {
      secret.erase();
    }
    return isDescribed;
  });
  return { systemId: ring.systemId, revision: ring.revision, versions };
}

function assertLive(charter: Charter, { nodeId }: Warrant): void {
  if (charter.revokedNodes.includes(nodeId)) {
    throw new CodedError("node-revoked");
  }
}

function unavailable(): CodedError {
  return new CodedError("master-secret-unavailable", {
    detail: "the master secret server does not hold the keyring of its charter",
  });
}
