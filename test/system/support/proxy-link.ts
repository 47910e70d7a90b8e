import type { CuttableLink, FarSide } from "./cuttable-link.ts";
import { targetOf, urlAt } from "./database-address.ts";
import { freePort } from "./free-port.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const LOOPBACK = "127.0.0.1";

/**
 * On loopback, with everything that comes to the node or goes to PostgreSQL through proxies. What
 * the node itself asks of other nodes is not cut: they all listen on this machine.
 */
export class ProxyLink implements CuttableLink {
  readonly kind = "TCP proxies";
  readonly under: readonly string[] = [];
  readonly othersHost = LOOPBACK;
  readonly listen: string;
  readonly #toNode: TcpProxy;
  readonly #toDatabase: TcpProxy[] = [];

  private constructor(listen: string, toNode: TcpProxy) {
    this.listen = listen;
    this.#toNode = toNode;
  }

  static async make(): Promise<ProxyLink> {
    const port = await freePort();
    const proxy = await TcpProxy.start(LOOPBACK, { host: LOOPBACK, port });
    return new ProxyLink(`${LOOPBACK}:${port}`, proxy);
  }

  get advertise(): string {
    return `${LOOPBACK}:${this.#toNode.port}`;
  }

  async databaseUrl(url: string): Promise<string> {
    const proxy = await TcpProxy.start(LOOPBACK, targetOf(url));
    this.#toDatabase.push(proxy);
    return urlAt(url, LOOPBACK, proxy.port);
  }

  cut(from: readonly FarSide[] = ["database", "nodes"]): void {
    const proxies = [
      ...(from.includes("nodes") ? [this.#toNode] : []),
      ...(from.includes("database") ? this.#toDatabase : []),
    ];
    proxies.forEach((proxy) => {
      proxy.cut();
    });
  }

  refuse(): Promise<void> {
    return this.#toNode.refuse();
  }

  async mend(): Promise<void> {
    for (const proxy of this.#all) {
      await proxy.mend();
    }
  }

  discard(): void {
    for (const proxy of this.#all) {
      proxy.close();
    }
  }

  get #all(): readonly TcpProxy[] {
    return [this.#toNode, ...this.#toDatabase];
  }
}
