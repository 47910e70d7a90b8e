import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP proxy on loopback that counts the connections that come to it, and may hold them up. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;
  #isFrozen = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(target: {
    readonly host: string;
    readonly port: number;
  }): Promise<CountingProxy> {
    const server = createServer();
    const proxy = new CountingProxy(server);
    server.on("connection", (incoming) => {
      proxy.#take(incoming, connect(target));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections came since this was asked last. */
  takeCount(): number {
    const count = this.#connections;
    this.#connections = 0;
    return count;
  }

  /** From now on nothing passes, though everything stays connected: a machine that hangs. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) {
      socket.pause();
    }
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) {
      socket.resume();
    }
  }

  /** Whatever is on its way is lost; who connects anew gets through. */
  breakAll(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async close(): Promise<void> {
    this.breakAll();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #take(incoming: Socket, outgoing: Socket): void {
    this.#connections += 1;
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      this.#sockets.add(one);
      one.on("data", (bytes) => other.write(bytes));
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      if (this.#isFrozen) {
        one.pause();
      }
    }
  }
}
