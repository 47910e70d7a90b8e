import { systemRandom } from "../../../../packages/server/src/platform/random.ts";
import { toHex } from "@chatelaine/crypto";
import type { Asked, Asking, ClusterProcess } from "../cluster-process.ts";
import { APPLICATION } from "../test-cluster.ts";
import { codeOf, Repeated, reveal } from "../workload.ts";

export interface Refusal {
  readonly node: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly body: string;
}

/** Changes of one item, each on the condition that the one before is there. */
interface Chain {
  readonly item: string;
  /** The value that was acknowledged last. */
  settled?: string;
  /** Of that, as an ETag. */
  revision?: string;
  /** A change of which nobody was told whether it was made: the last of its chain. */
  unknown?: { readonly value: string; readonly asking: Asking };
}

const KEY_BYTES = 16;
/** Of these the node says that it does not know, or it said nothing. */
const UNKNOWN = new Set(["outcome-unknown", "internal", ""]);

/**
 * Changes items over HTTP all the time and remembers what was acknowledged. Each change asks for
 * the revision that the one before was acknowledged with, so that one which is lost, or one which
 * was refused and made all the same, is noticed by the next.
 */
export class ChainedWriter {
  acknowledged = 0;
  readonly refusals: Refusal[] = [];
  /** Changes that did not find what had been acknowledged before. */
  readonly conflicts: string[] = [];
  readonly node: ClusterProcess;
  readonly #token: string;
  readonly #name: string;
  readonly #chains: Chain[] = [];
  readonly #repeated: Repeated;
  #count = 0;

  constructor(node: ClusterProcess, token: string, pauseMs: number) {
    this.node = node;
    this.#token = token;
    this.#name = `${node.name}/${toHex(systemRandom.bytes(4))}`;
    this.#repeated = new Repeated(() => this.#write(), pauseMs);
  }

  stop(): Promise<void> {
    return this.#repeated.stop();
  }

  /**
   * Sends again, with their keys, the changes of which nothing is known, to any node: what comes
   * of each is certain afterwards. Returns what was refused.
   */
  async settle(nodes: readonly ClusterProcess[]): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const [index, chain] of this.#chains.entries()) {
      const node = nodes[index % nodes.length];
      if (chain.unknown !== undefined && node !== undefined) {
        const { status, body } = await node.call(chain.unknown.asking);
        if (isDone(status)) {
          chain.settled = chain.unknown.value;
          delete chain.unknown;
        } else {
          problems.push(`${chain.item} sent again: ${status} ${body}`);
        }
      }
    }
    return problems;
  }

  /** Reads what must be there from this node; a line for each item that is another. */
  async missingOn(node: ClusterProcess): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const { item, settled } of this.#chains) {
      const { status, headers, body } = await reveal(node, this.#token, item);
      const isThere =
        settled === undefined
          ? status === 404
          : status === 200 && body.split(`"${settled}"`).length === 3 && !("age" in headers);
      if (!isThere) {
        missing.push(`${item} on ${node.name}: ${status} ${body}, not ${settled ?? "absent"}`);
      }
    }
    return missing;
  }

  async #write(): Promise<void> {
    const chain = this.#chain();
    this.#count += 1;
    const value = `${this.#name}/${this.#count}`;
    const asking = this.#asking(chain, value);
    const answer = await this.node.call(asking).catch(noAnswer);
    if (isDone(answer.status)) {
      this.acknowledged += 1;
      chain.settled = value;
      chain.revision = String(answer.headers["etag"]);
      return;
    }
    const code = answer.status === 0 ? "" : codeOf(answer.body);
    if (code === "revision-conflict") {
      this.conflicts.push(`${chain.item} after ${chain.settled ?? "nothing"}: ${answer.body}`);
    }
    if (code === "revision-conflict" || UNKNOWN.has(code)) {
      chain.unknown = { value, asking };
    }
    this.refusals.push({ ...answer, node: this.node.name, code });
  }

  #chain(): Chain {
    const last = this.#chains.at(-1);
    if (last !== undefined && last.unknown === undefined) {
      return last;
    }
    const chain = { item: `${this.#name}/${this.#chains.length}` };
    this.#chains.push(chain);
    return chain;
  }

  #asking({ item, revision }: Chain, value: string): Asking {
    return {
      method: "PATCH",
      path: `/v1/applications/${APPLICATION}/items/${encodeURIComponent(item)}`,
      token: this.#token,
      json: { properties: { Host: value, Password: value } },
      headers: {
        "idempotency-key": toHex(systemRandom.bytes(KEY_BYTES)),
        ...(revision === undefined ? { "if-none-match": "*" } : { "if-match": revision }),
      },
    };
  }
}

function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}

function noAnswer(error: unknown): Asked {
  return { status: 0, headers: {}, body: String(error) };
}
