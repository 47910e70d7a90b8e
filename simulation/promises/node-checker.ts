import type { Charter, Keyring, Warrant } from "@chatelaine/crypto";
import type { NodeProcess, SimulatedNode } from "../node/simulated-node.ts";
import type { World } from "../node/world.ts";

/** What was last seen of a process, so that only what is new is looked at. */
interface Known {
  ring: Keyring | undefined;
  warrants: readonly Warrant[];
  charter: Charter | undefined;
  serial: bigint;
  incarnation: bigint;
  epoch: bigint;
  seenIncarnation: bigint;
  role: string;
}

/**
 * What a node must never do, looked at after each step: lose a keyring that nobody has taken from
 * it (P1), go back to an older one (P2), or believe what the authority has not signed (P11).
 */
export class NodeChecker {
  readonly #world: World;
  readonly #known = new Map<NodeProcess, Known>();

  constructor(world: World) {
    this.#world = world;
  }

  check(node: SimulatedNode): void {
    const { process } = node;
    if (process === undefined) {
      return;
    }
    const known = this.#known.get(process) ?? nothingKnown();
    this.#known.set(process, known);
    this.#checkRing(node, process, known);
    this.#checkRoster(node, process, known);
    this.#checkCharter(node, process, known);
    this.#countRole(process, known);
  }

  #checkRing(node: SimulatedNode, { holder, opened }: NodeProcess, known: Known): void {
    const ring = holder.held();
    if (ring === known.ring) {
      return;
    }
    const before = known.ring;
    known.ring = ring;
    node.ringChangedAtMs = this.#world.time.nowMs;
    if (ring === undefined) {
      const revoked = opened?.service.charter.revokedNodes.includes(node.founded.self.nodeId);
      if (revoked !== true && holder.state() !== "revoked" && !node.isStopping) {
        this.#world.violated("P1", `${node.name} has dropped its keyring`);
      }
      this.#world.tally.count("branch: keyring erased");
      return;
    }
    this.#world.tally.count(
      before === undefined ? "branch: first keyring" : "branch: next keyring",
    );
    if (before !== undefined && ring.revision < before.revision) {
      this.#world.violated(
        "P2",
        `${node.name} went from keyring revision ${before.revision} to ${ring.revision}`,
      );
    }
    this.#checkKept(node, before, ring, opened?.service.charter);
    for (const number of ring.numbers) {
      if (!this.#world.truth.isGenuine(number, ring.checkValue(number))) {
        this.#world.violated("P11", `${node.name} holds a version ${number} nobody has made`);
      }
    }
  }

  /** A version that was held goes only when a charter names it as destroyed. */
  #checkKept(
    { name }: SimulatedNode,
    before: Keyring | undefined,
    ring: Keyring,
    charter: Charter | undefined,
  ): void {
    for (const number of before?.numbers ?? []) {
      const isDestroyed = charter?.versions.some(
        (version) => version.number === number && version.state === "destroyed",
      );
      if (!ring.has(number) && isDestroyed !== true) {
        this.#world.violated("P1", `${name} has dropped version ${number} of the master secret`);
      }
    }
  }

  #checkRoster(node: SimulatedNode, { roster }: NodeProcess, known: Known): void {
    if (roster.warrants === known.warrants) {
      return;
    }
    known.warrants = roster.warrants;
    for (const warrant of roster.warrants) {
      if (!this.#world.truth.hasAdmitted(warrant)) {
        this.#world.violated("P11", `${node.name} believes in a node that was never admitted`);
      }
    }
  }

  #checkCharter(node: SimulatedNode, { opened }: NodeProcess, known: Known): void {
    const charter = opened?.service.charter;
    if (charter === undefined || charter === known.charter) {
      return;
    }
    known.charter = charter;
    if (!this.#world.truth.hasSigned(charter)) {
      this.#world.violated("P11", `${node.name} believes a charter that was never signed`);
    }
    if (charter.serial < known.serial && charter.incarnation <= known.incarnation) {
      this.#world.violated("P2", `${node.name} went back to charter ${charter.serial}`);
    }
    known.serial = charter.serial;
    known.incarnation = charter.incarnation;
  }

  #countRole({ opened, holder }: NodeProcess, known: Known): void {
    const role = opened?.service.loop.state.kind ?? "none";
    if (role !== known.role) {
      this.#world.tally.count(`mastership: ${known.role} → ${role}`);
      known.role = role;
    }
    if (holder.seen.epoch < known.epoch) {
      const { incarnation } = holder.seen;
      if (incarnation <= known.seenIncarnation) {
        this.#world.violated("P2", `an epoch that was seen sank to ${holder.seen.epoch}`);
      }
    }
    known.seenIncarnation = holder.seen.incarnation;
    known.epoch = holder.seen.epoch;
  }
}

function nothingKnown(): Known {
  return {
    ring: undefined,
    warrants: [],
    charter: undefined,
    serial: 0n,
    incarnation: 0n,
    epoch: 0n,
    seenIncarnation: 0n,
    role: "none",
  };
}
