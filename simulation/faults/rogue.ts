import {
  Authority,
  newApiToken,
  signCharter,
  signWarrant,
  NodeKeys,
  newNodeId,
} from "@chatelaine/crypto";
import { authenticate } from "../../packages/server/src/domain/token/authenticate.ts";
import type { WireValue } from "../../packages/server/src/storage/postgres/wire-types.ts";
import { STEADY_PATH } from "../database/database-path.ts";
import { SimulatedClient } from "../database/simulated-client.ts";
import type { SqlValue } from "../database/sql/syntax.ts";
import { Life } from "../engine/life.ts";
import type { SimulatedNode } from "../node/simulated-node.ts";
import type { World } from "../node/world.ts";

/** Somebody who may write everything in the database, and holds no key of the system (P9, P11). */
export class Rogue {
  readonly #world: World;
  readonly #authority: Authority;
  #restore: (() => Promise<void>)[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#authority = Authority.generate(world.random);
  }

  /** Values of two rows change places, with everything that belongs to them. */
  async exchangeItems(): Promise<void> {
    const rows = await this.#rows("select identifier, revision, version, sealed from config_item");
    const [a, b] = rows.filter((row) => String(row["identifier"]).startsWith("r"));
    if (a !== undefined && b !== undefined) {
      for (const [to, from] of [
        [a, b],
        [b, a],
      ] as const) {
        await this.#run(
          "update config_item set revision = $1, version = $2, sealed = $3 where identifier = $4",
          [from["revision"], from["version"], from["sealed"], to["identifier"]],
        );
      }
    }
  }

  /** A node of the attacker's, with a warrant signed by an authority of his own. */
  async forgeNode(): Promise<void> {
    const { random, truth } = this.#world;
    const nodeId = newNodeId(random);
    const warrant = signWarrant(this.#authority, truth.systemId, {
      nodeId,
      name: "mallory",
      role: "candidate",
      admissionSerial: 1n,
      ...NodeKeys.generate(random).publicKeys,
      names: [],
      addresses: ["n1:7301"],
    });
    await this.#run("insert into node (node_id, warrant) values ($1, $2)", [nodeId, warrant]);
    this.#restore.push(() => this.#run("delete from node where node_id = $1", [nodeId]));
  }

  /** The keyrings sealed to two candidates change places. */
  async exchangeKeyrings(): Promise<void> {
    const [a, b] = await this.#rows("select node_id, revision, sealed from sealed_keyring");
    if (a !== undefined && b !== undefined) {
      const put = (to: Row, from: Row): Promise<void> =>
        this.#run("update sealed_keyring set sealed = $1 where node_id = $2 and revision = $3", [
          from["sealed"],
          to["node_id"],
          to["revision"],
        ]);
      await put(a, b);
      await put(b, a);
      this.#restore.push(async () => {
        await put(a, a);
        await put(b, b);
      });
    }
  }

  async removeKeyring(of: string): Promise<void> {
    const rows = await this.#rows("select node_id, revision, sealed from sealed_keyring");
    const row = rows.find((one) => one["node_id"] === of);
    if (row !== undefined) {
      const { node_id: nodeId, revision, sealed } = row;
      await this.#run("delete from sealed_keyring where node_id = $1", [nodeId]);
      this.#restore.push(() =>
        this.#run(
          "insert into sealed_keyring (node_id, revision, sealed) values ($1, $2, $3) on conflict (node_id) do nothing",
          [nodeId, revision, sealed],
        ),
      );
    }
  }

  /** An authentic charter from before, or one of the attacker's own. */
  async replaceCharter(kind: "older" | "forged"): Promise<void> {
    const { truth } = this.#world;
    const [row] = await this.#rows("select serial, note from charter");
    const current = truth.charterNotes.get(String(row?.["note"]));
    const older = [...truth.charterNotes].findLast(
      ([, charter]) => current !== undefined && charter.serial < current.serial,
    );
    if (row === undefined || current === undefined || (kind === "older" && older === undefined)) {
      return;
    }
    const note =
      kind === "older"
        ? (older?.[0] ?? "")
        : signCharter(this.#authority, truth.systemId, { ...current, serial: current.serial + 1n });
    await this.#run("update charter set note = $1", [note]);
    this.#restore.push(() =>
      this.#run("update charter set note = $1 where note = $2", [row["note"], note]),
    );
  }

  /** An administrator's token that nobody has given. */
  async forgeToken(nodes: readonly SimulatedNode[]): Promise<void> {
    const { random, violated } = this.#world;
    const { id, token, secretHash } = newApiToken(random);
    const stamp = new Uint8Array(36);
    stamp[3] = 1;
    await this.#run(
      "insert into api_token (token_id, revision, secret_hash, name, kind, may_reveal, applications, created_at_ms, created_by, expires_at_ms, stamp, stamp_version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      [
        id,
        new Uint8Array(16),
        secretHash,
        "x",
        "admin",
        1n,
        "",
        0n,
        "x",
        9_000_000_000_000n,
        stamp,
        1n,
      ],
    );
    const bearer = token.use((bytes) => Buffer.from(bytes).toString("latin1"));
    for (const node of nodes) {
      const opened = node.serving?.opened;
      if (opened !== undefined) {
        void authenticate(opened, bearer, { source: "x", requestId: "x" }).then(
          ({ kind }) => {
            if (kind !== "nobody") {
              violated("P11", `${node.name} takes a forged token for ${kind}`);
            }
          },
          () => undefined, // refused
        );
      }
    }
  }

  /** What was changed is put back by whoever runs the system. */
  async undo(): Promise<void> {
    for (const restore of this.#restore.splice(0)) {
      await restore();
    }
  }

  async #run(text: string, parameters: readonly unknown[]): Promise<void> {
    await this.#rows(text, parameters);
  }

  /** On a connection of its own: the database may have been away since the last one. */
  async #rows(text: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    const { time, server } = this.#world;
    const client = new SimulatedClient(
      { time, life: new Life(), server, path: STEADY_PATH },
      { closed: () => undefined, unconfirmed: () => undefined },
    );
    try {
      const answer = await client.unsafe(text, parameters as WireValue[]);
      return [...answer] as unknown as readonly Row[];
    } catch {
      return []; // the database is away, or has gone back: nothing was forged then
    } finally {
      await client.end();
    }
  }
}

type Row = Readonly<Record<string, SqlValue>>;
