import { execFileSync } from "node:child_process";
import { freePort } from "./free-port.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** Where one node runs, so that it can be cut off from all the others and from PostgreSQL. */
export interface CuttableLink {
  /** For the test's output. */
  readonly kind: "network namespace" | "TCP proxies";
  /** A command that becomes the node's process. */
  readonly under: readonly string[];
  /** `HOST:PORT` where the node listens for others, and where they find it. */
  readonly listen: string;
  readonly advertise: string;
  /** The address at which the others are found from there. */
  readonly othersHost: string;
  /** The URL of a database, as the node reaches it. */
  databaseUrl(url: string): Promise<string>;
  cut(): void;
  mend(): void;
  discard(): void;
}

const LOOPBACK = "127.0.0.1";
const PEER_PORT = 4871;

/** A network namespace where this process may make one, else proxies. */
export async function cuttableLink(): Promise<CuttableLink> {
  return NamespaceLink.make() ?? (await ProxyLink.make());
}

/** Behind a pair of virtual Ethernet devices, whose far end can be pulled. */
class NamespaceLink implements CuttableLink {
  readonly kind = "network namespace";
  readonly #name = `chatelaine-${process.pid}`;
  // Of the addresses for tests of networks (RFC 2544): nothing else has them.
  readonly #net = `198.18.${process.pid % 250}`;
  readonly #proxies: TcpProxy[] = [];

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
      return undefined; // not root, or no `ip`
    }
  }

  get under(): readonly string[] {
    return ["nsenter", `--net=/run/netns/${this.#name}`];
  }

  get listen(): string {
    return `${this.#net}.2:${PEER_PORT}`;
  }

  get advertise(): string {
    return this.listen;
  }

  get othersHost(): string {
    return `${this.#net}.1`;
  }

  async databaseUrl(url: string): Promise<string> {
    const proxy = await TcpProxy.start(this.othersHost, targetOf(url));
    this.#proxies.push(proxy);
    return urlAt(url, this.othersHost, proxy.port);
  }

  cut(): void {
    ip("-n", this.#name, "link", "set", this.#far, "down");
  }

  mend(): void {
    ip("-n", this.#name, "link", "set", this.#far, "up");
  }

  discard(): void {
    for (const proxy of this.#proxies) {
      proxy.close();
    }
    this.#remove();
  }

  get #near(): string {
    return `chn${process.pid}`;
  }

  get #far(): string {
    return `chf${process.pid}`;
  }

  #build(): void {
    const inside = ["-n", this.#name];
    ip("netns", "add", this.#name);
    ip("link", "add", this.#near, "type", "veth", "peer", "name", this.#far, "netns", this.#name);
    ip("addr", "add", `${this.#net}.1/30`, "dev", this.#near);
    ip("link", "set", this.#near, "up");
    ip(...inside, "addr", "add", `${this.#net}.2/30`, "dev", this.#far);
    ip(...inside, "link", "set", this.#far, "up");
    ip(...inside, "link", "set", "lo", "up");
    execFileSync("nsenter", [`--net=/run/netns/${this.#name}`, "true"], { stdio: "ignore" });
  }

  #remove(): void {
    try {
      ip("netns", "del", this.#name);
    } catch {
      // There was none.
    }
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "ignore" });
}

/** On loopback, with everything that comes to the node or goes to PostgreSQL through proxies. */
class ProxyLink implements CuttableLink {
  readonly kind = "TCP proxies";
  readonly under: readonly string[] = [];
  readonly othersHost = LOOPBACK;
  readonly listen: string;
  readonly #proxies: TcpProxy[];

  private constructor(listen: string, proxy: TcpProxy) {
    this.listen = listen;
    this.#proxies = [proxy];
  }

  static async make(): Promise<ProxyLink> {
    const port = await freePort();
    const proxy = await TcpProxy.start(LOOPBACK, { host: LOOPBACK, port });
    return new ProxyLink(`${LOOPBACK}:${port}`, proxy);
  }

  get advertise(): string {
    return `${LOOPBACK}:${this.#proxies[0]?.port ?? 0}`;
  }

  async databaseUrl(url: string): Promise<string> {
    const proxy = await TcpProxy.start(LOOPBACK, targetOf(url));
    this.#proxies.push(proxy);
    return urlAt(url, LOOPBACK, proxy.port);
  }

  cut(): void {
    this.#proxies.forEach((proxy) => proxy.cut());
  }

  mend(): void {
    this.#proxies.forEach((proxy) => proxy.mend());
  }

  discard(): void {
    this.#proxies.forEach((proxy) => proxy.close());
  }
}

function targetOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port === "" ? "5432" : port) };
}

function urlAt(url: string, host: string, port: number): string {
  return Object.assign(new URL(url), { hostname: host, port: String(port) }).href;
}
