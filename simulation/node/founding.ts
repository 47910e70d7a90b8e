import {
  Authority,
  checkValueOf,
  type Charter,
  type KeyringRecipient,
  type KeyringSecrets,
  NodeKeys,
  newNodeId,
  type NodeRole,
  openCharter,
  openWarrant,
  SecretBytes,
  signCharter,
  signWarrant,
  toHex,
  type Warrant,
} from "@chatelaine/crypto";
import { invariant } from "../../packages/server/src/base/invariant.ts";
import type { KeyringSealing } from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import type { SealedKeyringRow } from "../../packages/server/src/domain/keyring/sealed-keyring-store.ts";
import type { NodeSelf } from "../../packages/server/src/domain/node/node-identity.ts";
import type {
  FoundingStores,
  SsoDatabaseLocation,
} from "../../packages/server/src/domain/store/sso-database.ts";
import { foundSystem } from "../../packages/server/src/domain/system/found-system.ts";
import type { WallTimeMs } from "../../packages/server/src/platform/clock.ts";
import type { SeededRandom } from "../engine/seeded-random.ts";
import { BEGINNING_MS } from "../engine/virtual-time.ts";

/** A node of the system, whether it runs or not. */
export interface FoundedNode {
  readonly name: string;
  readonly role: NodeRole;
  readonly self: NodeSelf;
  readonly address: string;
  readonly warrant: string;
}

/** What a system is made with. */
export interface Making {
  readonly random: SeededRandom;
  readonly sealing: KeyringSealing;
}

const SECRET_BYTES = 32;

/**
 * Everything that the owners of a system know: its authority, every version of the master secret,
 * and what was ever signed. By it the simulator signs what an administrator changes, and judges
 * what nodes believe.
 */
export class SystemTruth {
  readonly authority: Authority;
  readonly systemId: NodeSelf["systemId"];
  /** Also those that joined later. */
  readonly nodes: FoundedNode[];
  readonly charterNotes = new Map<string, Charter>();
  readonly #signed = new Set<string>();
  readonly #admitted = new Set<string>();
  readonly #secrets = new Map<string, SecretBytes>();
  readonly #caKey: SecretBytes;
  readonly #random: SeededRandom;
  readonly #sealing: KeyringSealing;

  constructor(
    authority: Authority,
    nodes: readonly FoundedNode[],
    founding: { readonly charter: Charter; readonly secrets: KeyringSecrets },
    { random, sealing }: Making,
  ) {
    const { caKey } = founding.secrets;
    invariant(caKey !== undefined, "a founded system has a certificate authority");
    this.authority = authority;
    this.systemId = founding.secrets.systemId;
    this.nodes = [...nodes];
    this.#caKey = caKey;
    this.#random = random;
    this.#sealing = sealing;
    for (const { number, secret } of founding.secrets.versions) {
      this.#remember(number, secret);
    }
    for (const { warrant } of nodes) {
      this.learnWarrant(warrant);
    }
  }

  /** An act of the system has signed this charter and is about to store it. */
  learnCharter(note: string): void {
    const charter = openCharter(note, this.systemId, this.authority.publicKey);
    this.charterNotes.set(note, charter);
    this.#signed.add(describe(charter));
  }

  /** The same of a warrant. */
  learnWarrant(note: string): void {
    const warrant = openWarrant(note, this.systemId, this.authority.publicKey);
    this.#admitted.add(describeWarrant(warrant));
  }

  hasAdmitted(warrant: Warrant): boolean {
    return this.#admitted.has(describeWarrant(warrant));
  }

  sign(charter: Charter): string {
    const note = signCharter(this.authority, this.systemId, charter);
    this.charterNotes.set(note, charter);
    this.#signed.add(describe(charter));
    return note;
  }

  hasSigned(charter: Charter): boolean {
    return this.#signed.has(describe(charter));
  }

  isGenuine(number: number, checkValue: Uint8Array): boolean {
    return this.#secrets.has(nameOf(number, checkValue));
  }

  /** The charter with one more version, which is primary. */
  rotated(charter: Charter): Charter {
    const number = 1 + Math.max(...charter.versions.map((version) => version.number));
    const secret = SecretBytes.random(this.#random, SECRET_BYTES);
    const checkValue = this.#remember(number, secret);
    return {
      ...charter,
      serial: charter.serial + 1n,
      keyringRevision: charter.keyringRevision + 1n,
      versions: [
        ...charter.versions.map((version) => ({
          ...version,
          state: version.state === "primary" ? ("retired" as const) : version.state,
        })),
        { number, state: "primary", checkValue },
      ],
    };
  }

  /** The keyring of a charter, sealed to each candidate among these. */
  async sealed(
    charter: Charter,
    nodes: readonly KeyringRecipient[],
  ): Promise<readonly SealedKeyringRow[]> {
    return await Promise.all(
      nodes
        .filter(({ role }) => role === "candidate")
        .map(async ({ nodeId, role, hpkeKey }) => ({
          nodeId,
          revision: charter.keyringRevision,
          sealed: await this.#sealing.seal(this.#secretsOf(charter), { nodeId, role, hpkeKey }),
        })),
    );
  }

  #secretsOf({ versions, keyringRevision }: Charter): KeyringSecrets {
    return {
      systemId: this.systemId,
      revision: keyringRevision,
      versions: versions.flatMap(({ number, state, checkValue }) => {
        const secret = this.#secrets.get(nameOf(number, checkValue));
        return secret === undefined || state === "destroyed" ? [] : [{ number, state, secret }];
      }),
      authoritySeed: this.authority.seed(),
      caKey: this.#caKey,
    };
  }

  #remember(number: number, secret: SecretBytes): Uint8Array {
    const checkValue = checkValueOf({ systemId: this.systemId, number, secret });
    this.#secrets.set(nameOf(number, checkValue), secret);
    return checkValue;
  }
}

function nameOf(number: number, checkValue: Uint8Array): string {
  return `${number} ${Buffer.from(checkValue).toString("hex")}`;
}

/** Everything a charter says that a node acts on, as one text. */
function describe(charter: Charter): string {
  const versions = charter.versions.map(
    ({ number, state, checkValue }) => `${nameOf(number, checkValue)} ${state}`,
  );
  const { serial, incarnation, keyringRevision, revokedNodes } = charter;
  return [serial, incarnation, keyringRevision, ...revokedNodes, ...versions].join("|");
}

/** And everything of a warrant. */
function describeWarrant({ tlsKey, hpkeKey, statementKey, ...warrant }: Warrant): string {
  const { nodeId, name, role, admissionSerial, addresses } = warrant;
  const keys = [tlsKey, hpkeKey, statementKey].map(toHex);
  return [nodeId, name, role, admissionSerial, ...keys, ...addresses].join("|");
}

/** A system whose nodes are all admitted already, before anything of it is stored. */
export interface PreparedSystem {
  readonly truth: SystemTruth;
  createAt(location: SsoDatabaseLocation): Promise<void>;
}

/** Makes keys and statements, which takes true time and none of a run's. */
export async function prepareSystem(
  roles: readonly NodeRole[],
  making: Making,
): Promise<PreparedSystem> {
  const { random } = making;
  const founded = await foundSystem(random, "n1");
  const { secrets, charter } = founded;
  invariant(secrets.authoritySeed !== undefined, "a founded system has an authority");
  const authority = Authority.fromSeed(secrets.authoritySeed);
  const nodes = roles.map((role, index) => {
    const self =
      index === 0
        ? founded.self
        : {
            ...founded.self,
            nodeId: newNodeId(random),
            name: `n${index + 1}`,
            keys: NodeKeys.generate(random),
          };
    return admitted(authority, self, role);
  });
  const truth = new SystemTruth(authority, nodes, { charter, secrets }, making);
  const note = truth.sign(charter);
  const recipients = nodes.map(({ role, self: { nodeId, keys } }) => {
    return { nodeId, role, hpkeKey: keys.publicKeys.hpkeKey };
  });
  const sealed = await truth.sealed(charter, recipients);
  return {
    truth,
    createAt: (location) =>
      location.create((stores) => store(stores, { charter, note, nodes, sealed })),
  };
}

function admitted(authority: Authority, self: NodeSelf, role: NodeRole): FoundedNode {
  const address = `${self.name}:7301`;
  const warrant = signWarrant(authority, self.systemId, {
    nodeId: self.nodeId,
    name: self.name,
    role,
    admissionSerial: 1n,
    ...self.keys.publicKeys,
    names: [],
    addresses: [address],
  });
  return { name: self.name, role, self, address, warrant };
}

async function store(
  stores: FoundingStores,
  system: {
    readonly charter: Charter;
    readonly note: string;
    readonly nodes: readonly FoundedNode[];
    readonly sealed: readonly SealedKeyringRow[];
  },
): Promise<void> {
  const [first] = system.nodes;
  invariant(first !== undefined, "a system has a node");
  const createdAtMs = BEGINNING_MS as WallTimeMs;
  await stores.system.create({ systemId: first.self.systemId, createdAtMs });
  for (const { number, state, checkValue } of system.charter.versions) {
    invariant(state !== "destroyed", "a new system has no destroyed version");
    await stores.versions.add({ number, state, checkValue });
  }
  await stores.charter.put({ serial: system.charter.serial, note: system.note });
  for (const { self, warrant } of system.nodes) {
    await stores.nodes.put({ nodeId: self.nodeId, warrant });
  }
  for (const row of system.sealed) {
    await stores.sealedKeyrings.put(row);
  }
}
