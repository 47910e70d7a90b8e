import { execFileSync } from "node:child_process";
import type { CuttableLink, FarSide } from "./cuttable-link.ts";
import { targetOf, urlAt } from "./database-address.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const PEER_PORT = 4871;
const SIDES: readonly FarSide[] = ["nodes", "database"];
// Of the addresses for tests of networks (RFC 2544): nothing else has them.
const NETS = { nodes: "198.18", database: "198.19" } as const satisfies Record<FarSide, string>;

/**
 * A network namespace with two cables, one to the other nodes and one to the database. Each ends
 * in a bridge, so that a cable which is pulled leaves both ends as they were: what they send is
 * lost, and nobody is told.
 */
export class NamespaceLink implements CuttableLink {
  readonly kind = "network namespace";
  readonly othersHost: string;
  readonly #name = `chatelaine-${process.pid}`;
  readonly #proxies: TcpProxy[] = [];
  #isRefused = false;

  private constructor() {
    this.othersHost = `${this.#net("nodes")}.1`;
  }

  /** Undefined where this process is not root, or there is no `ip`. */
  static make(): NamespaceLink | undefined {
    const link = new NamespaceLink();
    try {
      link.#build();
      // Nobody else removes what a test has left that ended before its time.
      process.once("exit", () => {
        link.#remove();
      });
      return link;
    } catch {
      link.#remove();
      return undefined;
    }
  }

  get under(): readonly string[] {
    return ["nsenter", `--net=/run/netns/${this.#name}`];
  }

  get listen(): string {
    return `${this.#nodeHost}:${PEER_PORT}`;
  }

  get advertise(): string {
    return this.listen;
  }

  async databaseUrl(url: string): Promise<string> {
    const host = `${this.#net("database")}.1`;
    const proxy = await TcpProxy.start(host, targetOf(url));
    this.#proxies.push(proxy);
    return urlAt(url, host, proxy.port);
  }

  cut(from: readonly FarSide[] = SIDES): void {
    for (const side of from) {
      ip("link", "set", this.#device("n", side), "down");
    }
  }

  /**
   * The host takes the node's address for its own: whatever is sent there meets no listener, and
   * what the node sends is dropped, because no packet from outside may have an address of ours.
   */
  refuse(): Promise<void> {
    ip("addr", "add", `${this.#nodeHost}/32`, "dev", "lo");
    this.#isRefused = true;
    return Promise.resolve();
  }

  mend(): Promise<void> {
    if (this.#isRefused) {
      this.#isRefused = false;
      ip("addr", "del", `${this.#nodeHost}/32`, "dev", "lo");
    }
    for (const side of SIDES) {
      ip("link", "set", this.#device("n", side), "up");
    }
    return Promise.resolve();
  }

  discard(): void {
    for (const proxy of this.#proxies) {
      proxy.close();
    }
    this.#remove();
  }

  get #nodeHost(): string {
    return `${this.#net("nodes")}.2`;
  }

  #net(side: FarSide): string {
    return `${NETS[side]}.${process.pid % 250}`;
  }

  /** `b`: the bridge; `n`: the near end of the cable, in the bridge; `f`: the far end. */
  #device(end: "b" | "n" | "f", side: FarSide): string {
    return `ch${end}${side.charAt(0)}${process.pid}`;
  }

  #build(): void {
    ip("netns", "add", this.#name);
    for (const side of SIDES) {
      this.#lay(side);
    }
    ip("-n", this.#name, "link", "set", "lo", "up");
    execFileSync("nsenter", [`--net=/run/netns/${this.#name}`, "true"], { stdio: "ignore" });
  }

  #lay(side: FarSide): void {
    const inside = ["-n", this.#name];
    const bridge = this.#device("b", side);
    const near = this.#device("n", side);
    const far = this.#device("f", side);
    ip("link", "add", bridge, "type", "bridge");
    ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", this.#name);
    ip("link", "set", near, "master", bridge);
    ip("addr", "add", `${this.#net(side)}.1/30`, "dev", bridge);
    ip("link", "set", bridge, "up");
    ip("link", "set", near, "up");
    ip(...inside, "addr", "add", `${this.#net(side)}.2/30`, "dev", far);
    ip(...inside, "link", "set", far, "up");
  }

  #remove(): void {
    const refusal = this.#isRefused ? [["addr", "del", `${this.#nodeHost}/32`, "dev", "lo"]] : [];
    const bridges = SIDES.map((side) => ["link", "del", this.#device("b", side)]);
    for (const command of [...refusal, ["netns", "del", this.#name], ...bridges]) {
      try {
        ip(...command);
      } catch {
        // There was none.
      }
    }
    this.#isRefused = false;
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "ignore" });
}
