import {
  Authority,
  NodeKeys,
  SecretBytes,
  caPublicKey,
  checkValueOf,
  emptyAccessListHash,
  newCaKey,
  newNodeId,
  newSystemId,
  sealKeyring,
  signCharter,
  signWarrant,
  type Charter,
  type KeyringSecrets,
  type RandomSource,
} from "@chatelaine/crypto";
import type { NodeSelf } from "../node/node-identity.ts";

const MASTER_SECRET_BYTES = 32;
const FIRST = 1n;

/** A new SSO system before anything of it is stored. */
export interface FoundedSystem {
  readonly self: NodeSelf;
  /** Version 1 of the master secret, the authority's seed, the CA's key. */
  readonly secrets: KeyringSecrets;
  readonly charter: Charter;
  readonly charterNote: string;
  readonly warrant: string;
  /** The keyring sealed to the first node. */
  readonly sealed: Uint8Array;
}

/** Makes every key of a system and its first statements. Does no I/O. */
export async function foundSystem(random: RandomSource, nodeName: string): Promise<FoundedSystem> {
  const systemId = newSystemId(random);
  using authority = Authority.generate(random);
  const self: NodeSelf = {
    systemId,
    nodeId: newNodeId(random),
    name: nodeName,
    authorityKey: authority.publicKey,
    keys: NodeKeys.generate(random),
  };
  const caKey = newCaKey(random);
  const secret = SecretBytes.random(random, MASTER_SECRET_BYTES);
  const charter: Charter = {
    serial: FIRST,
    incarnation: FIRST,
    keyringRevision: FIRST,
    versions: [
      { number: 1, state: "primary", checkValue: checkValueOf({ systemId, number: 1, secret }) },
    ],
    revokedNodes: [],
    revokedWarrants: [],
    authorityKey: authority.publicKey,
    caKey: caPublicKey(caKey),
    accessListHash: emptyAccessListHash(),
  };
  const secrets: KeyringSecrets = {
    systemId,
    revision: FIRST,
    versions: [{ number: 1, state: "primary", secret }],
    authoritySeed: authority.seed(),
    caKey,
  };
  return {
    self,
    secrets,
    charter,
    charterNote: signCharter(authority, systemId, charter),
    warrant: signCandidateWarrant(authority, self, charter.serial),
    sealed: await sealKeyring(
      secrets,
      { nodeId: self.nodeId, role: "candidate", hpkeKey: self.keys.publicKeys.hpkeKey },
      random,
    ),
  };
}

/** The warrant of a candidate that is admitted by charter `serial`. */
export function signCandidateWarrant(authority: Authority, self: NodeSelf, serial: bigint): string {
  return signWarrant(authority, self.systemId, {
    nodeId: self.nodeId,
    name: self.name,
    role: "candidate",
    admissionSerial: serial,
    ...self.keys.publicKeys,
    names: [],
    addresses: [],
  });
}
