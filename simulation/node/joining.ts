import { NodeKeys, openCharter, parseJoinToken, type JoinToken } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../packages/server/src/base/coded-error.ts";
import { localAdministrator } from "../../packages/server/src/domain/access/caller.ts";
import {
  seenAfter,
  NOTHING_SEEN,
  type Seen,
} from "../../packages/server/src/domain/charter/seen.ts";
import { admitNode } from "../../packages/server/src/domain/membership/admit-node.ts";
import { issueInvitation } from "../../packages/server/src/domain/membership/issue-invitation.ts";
import type {
  Admission,
  AdmissionRequest,
} from "../../packages/server/src/domain/node/admission.ts";
import type { CertificateIssuer } from "../../packages/server/src/domain/node/certificate-issuer.ts";
import { pause } from "../../packages/server/src/platform/scheduler.ts";
import { Life } from "../engine/life.ts";
import type { FoundedNode } from "./founding.ts";
import { actingDeps } from "./node-acts.ts";
import type { OpenedNode, SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

const CALLER = localAdministrator("process", "req_joining");
/** As long as a joiner waits for an answer, and for another attempt after it. */
const ANSWER_MS_MAX = 3000;
const PAUSE_MS = 500;
const ATTEMPTS_MAX = 5;

/** Certificates are the transport's, and here nobody looks at them. */
const ISSUER: CertificateIssuer = { issue: () => Promise.resolve({ chain: [] }) };

/** What became of a new machine: a node, whether it runs or not. */
export interface JoinedNode {
  readonly founded: FoundedNode;
  readonly seen: Seen;
}

/**
 * Invites a node and joins it, as one machine after the other is asked for it; with the same keys
 * again while it is not known what became of it. Undefined if it did not come about.
 */
export async function joinNode(
  world: World,
  name: string,
  role: FoundedNode["role"],
  whoIsMaster: () => SimulatedNode,
): Promise<JoinedNode | undefined> {
  const inviting = whoIsMaster().serving?.opened;
  if (inviting === undefined) {
    return undefined;
  }
  try {
    const deps = actingDeps(inviting, world.truth);
    const issued = await answered(world, issueInvitation(deps, CALLER, { role }));
    world.tally.count("act: node.invite");
    using token = issued.token;
    const joiner = {
      name,
      role,
      token: parseJoinToken(token),
      keys: NodeKeys.generate(world.random),
    };
    return await joinWith(world, joiner, whoIsMaster);
  } catch (error) {
    tellRefused(world, name, error);
    return undefined;
  }
}

interface Joiner {
  readonly name: string;
  readonly role: FoundedNode["role"];
  readonly token: JoinToken;
  readonly keys: NodeKeys;
}

async function joinWith(
  world: World,
  joiner: Joiner,
  whoIsMaster: () => SimulatedNode,
): Promise<JoinedNode | undefined> {
  const scheduler = world.time.schedulerOf(new Life());
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const opened = whoIsMaster().serving?.opened;
    try {
      if (opened !== undefined) {
        const admission = await answered(world, admitted(world, opened, joiner));
        world.tally.count(attempt === 1 ? "act: node.join" : "act: node.join, asked for again");
        return joined(world, joiner, admission);
      }
    } catch (error) {
      tellRefused(world, joiner.name, error);
    }
    await pause(scheduler, PAUSE_MS);
  }
  return undefined;
}

function admitted(
  world: World,
  opened: OpenedNode,
  { name, token, keys }: Joiner,
): Promise<Admission> {
  const { disclosures, service } = opened;
  const isMaster = (): boolean => service.loop.current() !== undefined;
  const deps = { ...actingDeps(opened, world.truth), issuer: ISSUER, disclosures, isMaster };
  const request: AdmissionRequest = {
    ...keys.publicKeys,
    invitationId: token.nodeId,
    secret: token.secret.use((bytes) => bytes.slice()),
    name,
    addresses: [addressOf(name)],
  };
  return admitNode(deps, request, name);
}

function joined(
  world: World,
  { name, role, token, keys }: Joiner,
  { warrant, charter: note }: Admission,
): JoinedNode {
  const { systemId, nodeId, authorityKey } = token;
  const self = { systemId, nodeId, name, authorityKey, keys };
  const founded = { name, role, self, address: addressOf(name), warrant };
  world.truth.nodes.push(founded);
  world.transcript.tell(name, `has joined as ${role}`);
  return { founded, seen: seenAfter(NOTHING_SEEN, openCharter(note, systemId, authorityKey), 0n) };
}

function addressOf(name: string): string {
  return `${name}:7301`;
}

/** What is asked of a node that is gone is never answered. */
async function answered<T>({ time }: World, work: Promise<T>): Promise<T> {
  return await new Promise((resolve, reject) => {
    const cancel = time.after(ANSWER_MS_MAX, () => {
      reject(new CodedError("outcome-unknown"));
    });
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new TypeError(String(error)));
      },
    );
  });
}

function tellRefused(world: World, name: string, error: unknown): void {
  const reason = isCoded(error) ? error.code : String(error);
  world.tally.count(`act refused: ${reason}`);
  world.transcript.tell(name, `cannot join: ${reason}`);
  if (!isCoded(error)) {
    world.violated("no defect", `${name} joins: ${reason}`);
  }
}
