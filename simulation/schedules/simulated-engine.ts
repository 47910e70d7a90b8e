import postgres from "postgres";
import { STEADY_PATH } from "../database/database-path.ts";
import { SimulatedClient } from "../database/simulated-client.ts";
import { SimulatedServer } from "../database/simulated-server.ts";
import { Life } from "../engine/life.ts";
import { runEvents } from "../engine/run-events.ts";
import { VirtualTime } from "../engine/virtual-time.ts";
import { type Outcome, outcomeOf, type ScheduleEngine } from "./schedule.ts";

/** Enough for a statement there and back, and for all that were waiting for it. */
const SETTLE_MS = 10;

/** Sessions on the simulated server. */
export class SimulatedEngine implements ScheduleEngine {
  readonly #time = new VirtualTime();
  readonly #server = new SimulatedServer(this.#time);
  readonly #clients = new Map<string, SimulatedClient>();

  async run(session: string, sql: string): Promise<Outcome> {
    try {
      const answer = await this.#client(session).unsafe(sql, []);
      return outcomeOf(answer.command, answer.count, [...answer]);
    } catch (error) {
      return {
        kind: "error",
        state: error instanceof postgres.PostgresError ? error.code : "lost",
      };
    }
  }

  settle(): Promise<void> {
    return this.pause(SETTLE_MS);
  }

  async pause(ms: number): Promise<void> {
    let isOver = false;
    this.#time.after(ms, () => {
      isOver = true;
    });
    await runEvents(this.#time, () => isOver);
  }

  #client(session: string): SimulatedClient {
    const client =
      this.#clients.get(session) ??
      new SimulatedClient(
        { time: this.#time, life: new Life(), server: this.#server, path: STEADY_PATH },
        { closed: () => undefined, unconfirmed: () => undefined },
      );
    this.#clients.set(session, client);
    return client;
  }
}
