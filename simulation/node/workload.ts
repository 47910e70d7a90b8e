import { isCoded } from "../../packages/server/src/base/coded-error.ts";
import type { ErrorCode } from "@chatelaine/protocol";
import { localAdministrator } from "../../packages/server/src/domain/access/caller.ts";
import { createApplication } from "../../packages/server/src/domain/application/manage-applications.ts";
import { getItem } from "../../packages/server/src/domain/config-item/read-items.ts";
import { setItem } from "../../packages/server/src/domain/config-item/write-items.ts";
import type { SeededRandom } from "../engine/seeded-random.ts";
import { columnOf } from "../promises/history.ts";
import type { Ledger } from "../promises/ledger.ts";
import type { OpenedNode, SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

const CALLER = localAdministrator("process", "req_simulated");
export const ITEMS = ["i1", "i2", "i3", "i4"] as const;
/** Rows that a rogue writer exchanges. */
export const ROGUE_ITEMS = ["r1", "r2"] as const;

const PAUSE_MS = { low: 250, high: 1500 };
const READS = 0.65;
/** A call that was being answered when a keyring came may still fail for the lack of it. */
const JUST_NOW_MS = 1500;

/** Failures that say that the ciphertext cannot be had, or what became of it be known. */
const AWAY: readonly [ErrorCode, ...ErrorCode[]] = [
  "database-unavailable",
  "database-locked",
  "outcome-unknown",
];

/** Failures of a seal that leave everything as it was; P5 is judged where sealing begins. */
const NOT_SEALED: readonly [ErrorCode, ...ErrorCode[]] = [
  "master-secret-unavailable",
  "master-secret-server-unavailable",
  "revision-conflict",
];

/** Callers of all nodes: they read and seal, and judge what they are told (P1, P9). */
export class Workload {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #random: SeededRandom;
  #application = "";
  #written = 0;

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
    this.#random = world.random.fork();
  }

  /** The application and its first items, by a node that can seal. */
  async furnish(node: SimulatedNode): Promise<void> {
    const opened = node.serving?.opened;
    if (opened !== undefined) {
      const view = await opened.service.work.run(() =>
        createApplication(opened, CALLER, {
          name: "Orders",
          type: "config-store",
          enabled: true,
          fields: [{ name: "host" }],
        }),
      );
      this.#application = view.applicationId;
      for (const identifier of [...ITEMS, ...ROGUE_ITEMS]) {
        await this.#seal(node, opened, identifier);
      }
    }
  }

  /** Begins to call this node, again and again until `isOver`. */
  callOn(node: SimulatedNode, isOver: () => boolean): void {
    const next = (): void => {
      if (!isOver()) {
        const opened = node.serving?.opened;
        if (opened !== undefined) {
          node.serve(this.#call(node, opened));
        }
        this.#world.time.after(this.#random.between(PAUSE_MS.low, PAUSE_MS.high), next);
      }
    };
    this.#world.time.after(this.#random.between(0, PAUSE_MS.high), next);
  }

  async #call(node: SimulatedNode, opened: OpenedNode): Promise<void> {
    if (this.#random.happens(READS)) {
      await this.#read(node, opened, this.#random.pick([...ITEMS, ...ROGUE_ITEMS]));
    } else {
      await this.#seal(node, opened, this.#random.pick(ITEMS));
    }
  }

  async #seal(node: SimulatedNode, opened: OpenedNode, identifier: string): Promise<void> {
    this.#written += 1;
    const value = `${identifier}#${this.#written}`;
    const { restores } = this.#ledger;
    const changes = { host: value };
    const precondition = { kind: "none" } as const;
    const request = { application: this.#application, identifier, changes, precondition };
    try {
      const { revision } = await opened.service.work.run(() => setItem(opened, CALLER, request));
      if (ITEMS.some((item) => item === identifier)) {
        this.#ledger.acknowledged(identifier, revision, restores);
      }
      this.#world.tally.count("seal: done");
      node.tell(`sealed ${value}`);
    } catch (error) {
      this.#failed(node, "seal", error);
      const isOutdated =
        (isCoded(error, "master-secret-version-unknown") && this.#lacksVersion(node, identifier)) ||
        (isCoded(error, "cannot-open") && this.#isOfUnheldVersion(node, identifier));
      if (!isOutdated && !isCoded(error, ...AWAY, ...NOT_SEALED)) {
        this.#unexpected(node, `sealing ${identifier}`, error);
      }
    }
  }

  async #read(node: SimulatedNode, opened: OpenedNode, identifier: string): Promise<void> {
    const holder = node.process?.holder;
    const isHeld = holder?.held() !== undefined;
    const request = { application: this.#application, identifier };
    try {
      const view = await opened.service.work.run(() => getItem(opened, CALLER, request));
      this.#world.tally.count(
        view.ageSeconds === undefined ? "read: done" : "read: from the cache",
      );
      const { host } = view.properties;
      if (typeof host !== "string" || !host.startsWith(`${identifier}#`)) {
        this.#world.violated("P9", `${node.name} read ${String(host)} as ${identifier}`);
      }
    } catch (error) {
      this.#failed(node, "read", error);
      if (isCoded(error, ...AWAY) || ROGUE_ITEMS.some((item) => item === identifier)) {
        return;
      }
      const isRevoked = holder?.state() === "revoked";
      if (isCoded(error, "master-secret-unavailable") && (!isHeld || isRevoked)) {
        return;
      }
      if (isCoded(error, "master-secret-version-unknown") && this.#lacksVersion(node, identifier)) {
        this.#world.tally.count("read: of a version not yet held");
        return;
      }
      if (isCoded(error, "cannot-open") && this.#isOfUnheldVersion(node, identifier)) {
        // Somebody has put an older charter back, and that one does not name the version.
        this.#world.tally.count("read: of a version that its charter does not name");
        return;
      }
      this.#world.violated("P1", `${node.name} cannot read ${identifier}: ${describe(error)}`);
    }
  }

  /** Whether the value is under a version that this node has had no way to get. */
  #lacksVersion(node: SimulatedNode, identifier: string): boolean {
    if (this.#world.time.nowMs - node.ringChangedAtMs < JUST_NOW_MS) {
      return true; // it came while the call was answered
    }
    return this.#isOfUnheldVersion(node, identifier);
  }

  #isOfUnheldVersion(node: SimulatedNode, identifier: string): boolean {
    const numbers = node.process?.holder.held()?.numbers ?? [];
    const table = node.server.catalog.all.find(({ name }) => name === "config_item");
    const versions = (table?.rows ?? []).flatMap((row) => row.versions);
    return (
      table !== undefined &&
      versions.some(
        (version) =>
          columnOf(table, version, "identifier") === identifier &&
          !numbers.includes(Number(columnOf(table, version, "version"))),
      )
    );
  }

  #failed(node: SimulatedNode, what: string, error: unknown): void {
    this.#world.tally.count(`${what}: ${isCoded(error) ? error.code : "defect"}`);
    node.tell(`${what} refused: ${describe(error)}`);
  }

  #unexpected(node: SimulatedNode, what: string, error: unknown): void {
    this.#world.violated("no defect", `${node.name}, ${what}: ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  if (isCoded(error)) {
    return error.code;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
