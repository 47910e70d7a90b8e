/**
 * The floor of the requests: fastify with one route for reading and one for a batch, which give
 * the answers that are sent to it first. Says on which port it listens, then serves until it ends.
 */
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";

const HOST = "127.0.0.1";

/** What the routes answer, as the node answered. */
export interface BareAnswers {
  readonly one: unknown;
  readonly batch: unknown;
}

export interface BareStarted {
  readonly port: number;
}

const [socketPath] = process.argv.slice(2);

process.once("message", (answers: BareAnswers) => {
  void serve(answers);
});

async function serve({ one, batch }: BareAnswers): Promise<void> {
  const [loopback, socket] = [newApp(), newApp()];
  await socket.listen({ path: socketPath ?? "" });
  await loopback.listen({ host: HOST, port: 0 });
  const [address] = loopback.addresses() as AddressInfo[];
  process.send?.({ port: address?.port ?? 0 } satisfies BareStarted);

  function newApp() {
    const app = fastify({ logger: false });
    app.get("/v1/applications/:application/items/:identifier", async () => one);
    app.post("/v1/applications/:application/batch", async () => batch);
    return app;
  }
}
