import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * Forwards connections to one place, until it is cut: then nothing comes through any more in
 * either direction, and nobody is told, as when a cable is pulled. What was sent meanwhile comes
 * through once it is mended.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Where it listened. */
  #refusing: { readonly host: string; readonly port: number } | undefined;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    // Whoever has ended one direction still gets the other.
    this.#server = createServer({ allowHalfOpen: true }, (from) => {
      const to = connect({ ...this.#target, allowHalfOpen: true });
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        this.#join(one, other);
      }
    });
  }

  /** On a free port of `host`. */
  static async start(
    host: string,
    target: { readonly host: string; readonly port: number },
  ): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return this.#refusing?.port ?? this.#address().port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) {
      socket.pause();
    }
  }

  /** Nobody listens any more, and every connection is reset. */
  async refuse(): Promise<void> {
    const { address, port } = this.#address();
    this.#refusing = { host: address, port };
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.resetAndDestroy();
    }
    await closed;
  }

  async mend(): Promise<void> {
    this.#isCut = false;
    for (const socket of this.#sockets) {
      socket.resume();
    }
    if (this.#refusing !== undefined) {
      this.#server.listen(this.#refusing);
      this.#refusing = undefined;
      await once(this.#server, "listening");
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (data) => {
      to.write(data);
    });
    from.on("end", () => {
      to.end();
    });
    from.on("error", () => {
      to.destroy();
    });
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isCut) {
      from.pause();
    }
  }
}
