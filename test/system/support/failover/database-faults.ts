import type { PostgresPair } from "../../../../tools/test-postgres-pair.ts";
import type { TestPostgres } from "../../../../tools/test-postgres.ts";
import { eventually } from "../eventually.ts";
import type { Fault, Scene } from "./fault.ts";

const SOON_MS = 60_000;
/** What a write may be told while there is no database. */
const REFUSALS = ["database-unavailable", "outcome-unknown"];

/** For longer than a lease is valid: the master secret server is suspended meanwhile. */
export function databaseStopped(server: () => TestPostgres): Fault {
  return {
    name: "database stop and start",
    by: "pg_ctl",
    spares: "everybody",
    takeover: "possible",
    refusals: REFUSALS,
    begin: () => server().shutDown(),
    lasting: async (scene) => {
      await scene.master.until("to be suspended", ({ mastership }) => mastership !== "active");
      await isAnsweredFromBefore(scene);
    },
    end: () => server().restart(),
  };
}

/** The primary dies and its synchronous standby is promoted, which then gets a standby itself. */
export function databaseFailover(pair: () => PostgresPair): Fault {
  return {
    name: "database failover",
    by: "kill -9 and promotion",
    spares: "everybody",
    takeover: "possible",
    refusals: REFUSALS,
    begin: () => pair().primary.kill9(),
    lasting: isAnsweredFromBefore,
    end: () => pair().promote(),
    afterwards: () => pair().replaceDead(),
  };
}

/** Every node has answered with what it had looked up before. */
async function isAnsweredFromBefore({ load }: Scene): Promise<void> {
  const aged = load.readers.map((reader) => reader.aged);
  for (const [index, reader] of load.readers.entries()) {
    await eventually(`${reader.node.name} to answer without a database`, SOON_MS, () =>
      reader.aged > (aged[index] ?? 0) ? true : undefined,
    );
  }
}
