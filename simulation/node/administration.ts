import type { Charter } from "@chatelaine/crypto";
import { isCoded } from "../../packages/server/src/base/coded-error.ts";
import { localAdministrator } from "../../packages/server/src/domain/access/caller.ts";
import { NOTHING_SEEN, type Seen } from "../../packages/server/src/domain/charter/seen.ts";
import {
  designateNobody,
  designateNode,
} from "../../packages/server/src/domain/handover/designate-node.ts";
import { moveRole, stepDown } from "../../packages/server/src/domain/handover/give-role-up.ts";
import { acceptDatabase } from "../../packages/server/src/domain/membership/accept-database.ts";
import { nextCharter } from "../../packages/server/src/domain/membership/next-charter.ts";
import { promoteNode } from "../../packages/server/src/domain/membership/promote-node.ts";
import { revokeNode } from "../../packages/server/src/domain/membership/revoke-node.ts";
import type { FencedStores } from "../../packages/server/src/domain/store/sso-database.ts";
import { Life } from "../engine/life.ts";
import { onSchedule } from "../engine/real-work.ts";
import type { HistoryChecker } from "../promises/history.ts";
import type { Ledger } from "../promises/ledger.ts";
import { actingDeps } from "./node-acts.ts";
import { handoverDeps } from "./handover-deps.ts";
import type { OpenedNode, SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

const CALLER = localAdministrator("process", "req_administration");

type ActingDeps = ReturnType<typeof actingDeps>;

/** What an administrator has changed, as a charter and what goes with it. */
interface Change {
  readonly charter: Charter;
  readonly write: (stores: FencedStores) => Promise<void>;
}

/** Changes of the system, made through whichever node is asked. */
export class Administration {
  readonly #world: World;
  readonly #history: HistoryChecker;
  readonly #ledger: Ledger;
  readonly #life = new Life();
  #acts = 0;
  #isManual = false;

  constructor(world: World, history: HistoryChecker, ledger: Ledger) {
    this.#world = world;
    this.#history = history;
    this.#ledger = ledger;
  }

  /** A new charter with nothing else in it. */
  touch(node: SimulatedNode): Promise<void> {
    return this.#change(node, "charter.touch", (charter) =>
      Promise.resolve({ charter: nextCharter(charter, {}), write: () => Promise.resolve() }),
    );
  }

  /** One more version of the master secret, which seals from then on. */
  rotate(node: SimulatedNode): Promise<void> {
    return this.#change(node, "rotate", async (before, { database, trust }) => {
      const { truth, time } = this.#world;
      const charter = truth.rotated(before);
      const nodes = await database.read((stores) => trust.liveWarrants(stores, before));
      const sealed = await onSchedule(time, this.#life, truth.sealed(charter, nodes));
      return {
        charter,
        write: async ({ versions, sealedKeyrings }) => {
          const primary = before.versions.find(({ state }) => state === "primary");
          const next = charter.versions.at(-1);
          if (primary !== undefined && next !== undefined) {
            await versions.add({ ...next, state: "prepared" });
            await versions.setState(primary.number, "retired");
            await versions.setState(next.number, "primary");
          }
          for (const row of sealed) {
            await sealedKeyrings.put(row);
          }
        },
      };
    });
  }

  revoke(node: SimulatedNode, revoked: SimulatedNode): Promise<void> {
    const { nodeId } = revoked.founded.self;
    return this.#act(node, "node.revoke", (deps) => revokeNode(deps, CALLER, nodeId));
  }

  /** A member becomes a candidate. */
  promote(node: SimulatedNode, promoted: SimulatedNode): Promise<void> {
    const { nodeId } = promoted.founded.self;
    return this.#act(node, "node.promote", (deps) => promoteNode(deps, CALLER, nodeId));
  }

  /**
   * A database that went back is accepted as it is, on a candidate that has noticed, and with what
   * all nodes have seen that can be reached from there.
   */
  accept(node: SimulatedNode, others: readonly SimulatedNode[]): Promise<void> {
    return this.#act(node, "system.accept-database", async (deps, { service }) => {
      const holder = node.process?.holder;
      const role = { ...deps.role, becomeMaster: () => service.becomeMasterOverOlder() };
      const known = {
        held: () => holder?.held(),
        seen: () => holder?.seen ?? NOTHING_SEEN,
        seenByOthers: () => Promise.resolve(this.#seenBy(node, others)),
      };
      await acceptDatabase({ ...deps, role, known }, CALLER);
    });
  }

  /** Whether somebody has ever said that failover is manual. */
  get isManual(): boolean {
    return this.#isManual;
  }

  /** By this node it is said who alone may have the role; nobody: any candidate. */
  designate(node: SimulatedNode, designated: SimulatedNode | undefined): Promise<void> {
    this.#isManual ||= designated !== undefined;
    return this.#act(node, "mastership.designate", async (_deps, opened) => {
      const deps = handoverDeps(opened);
      await (designated === undefined
        ? designateNobody(deps, CALLER)
        : designateNode(deps, CALLER, designated.founded.self.nodeId));
    });
  }

  move(node: SimulatedNode, to: SimulatedNode): Promise<void> {
    return this.#act(node, "mastership.move", async (_deps, opened) => {
      const moved = await moveRole(handoverDeps(opened), CALLER, to.founded.self.nodeId);
      this.#tellMoved(moved.isTaken);
    });
  }

  stepDown(node: SimulatedNode): Promise<void> {
    return this.#act(node, "mastership.step-down", async (_deps, opened) => {
      this.#tellMoved((await stepDown(handoverDeps(opened), CALLER)).isTaken);
    });
  }

  #tellMoved(isTaken: boolean): void {
    this.#world.tally.count(`branch: a role given up was ${isTaken ? "" : "not "}taken`);
  }

  #seenBy(node: SimulatedNode, others: readonly SimulatedNode[]): readonly Seen[] {
    const { links } = this.#world;
    return others.flatMap(({ name, serving }) =>
      serving !== undefined && links.isOpen(node.name, name) && links.isOpen(name, node.name)
        ? [serving.holder.seen]
        : [],
    );
  }

  /** Does an act of the domain, and lets the node read at once what it is now. */
  async #act(
    node: SimulatedNode,
    act: string,
    run: (deps: ActingDeps, opened: OpenedNode) => Promise<unknown>,
  ): Promise<void> {
    const opened = node.serving?.opened;
    if (opened !== undefined) {
      try {
        await run(actingDeps(opened, this.#world.truth), opened);
        this.#world.tally.count(`act: ${act}`);
        node.tell(`did ${act}`);
        await opened.service.refresh();
      } catch (error) {
        this.#refused(node, act, error);
      }
    }
  }

  async #change(
    node: SimulatedNode,
    act: string,
    prepare: (charter: Charter, opened: OpenedNode) => Promise<Change>,
  ): Promise<void> {
    const { truth, tally } = this.#world;
    const opened = node.serving?.opened;
    if (opened === undefined) {
      return;
    }
    this.#acts += 1;
    const name = `${act} ${this.#acts}`; // Nobody else's, so that its history row can be told.
    const { restores } = this.#ledger;
    const isOneHistory = (): boolean => restores === this.#ledger.restores && !this.#ledger.isSplit;
    try {
      const before = await opened.database.read(({ charter }) => charter.find());
      const charter = truth.charterNotes.get(before?.note ?? "");
      if (before === undefined || charter === undefined) {
        return; // a rogue writer was there
      }
      const change = await prepare(charter, opened);
      const note = truth.sign(change.charter);
      await opened.service.loop.fenced(name, async (stores) => {
        if ((await stores.charter.find())?.note !== before.note) {
          throw new CharterMoved();
        }
        await stores.charter.put({ serial: change.charter.serial, note });
        await change.write(stores);
      });
      if (isOneHistory()) {
        this.#history.toldMade(name);
      }
      tally.count(`act: ${act}`);
      node.tell(`did ${act}: charter ${change.charter.serial}`);
    } catch (error) {
      if (!isCoded(error, "outcome-unknown") && isOneHistory()) {
        this.#history.toldNotMade(name);
      }
      this.#refused(node, act, error);
    }
  }

  #refused(node: SimulatedNode, act: string, error: unknown): void {
    const reason = isCoded(error) ? error.code : String(error);
    this.#world.tally.count(`act refused: ${reason}`);
    node.tell(`${act} refused: ${reason}`);
    if (!isCoded(error) && !(error instanceof CharterMoved)) {
      this.#world.violated("no defect", `${node.name}, ${act}: ${reason}`);
    }
  }
}

/** Another change came in between. */
class CharterMoved extends Error {
  override readonly name = "CharterMoved";
}
