import type { Candidates } from "../../test/system/support/failover/candidates.ts";
import type { ClusterProcess } from "../../test/system/support/cluster-process.ts";
import { freezeOutsideOfWrites } from "../../test/system/support/freezing.ts";
import { ToolError } from "../../tools/tool-error.ts";

/** A system that serves, just before something happens to its master secret server. */
export interface Scene {
  readonly candidates: Candidates;
  readonly master: ClusterProcess;
  /** Who is to have the role after a move. */
  readonly heir: { readonly node: ClusterProcess; readonly nodeId: string };
}

export interface Fault {
  readonly name: string;
  /** Promised of the 99th of a hundred, in milliseconds; absent: nothing was. */
  readonly p99MsMax?: number;
  /** What we aim at. */
  readonly aimMs?: number;
  /** Whether it needs a cable that can be pulled; there is none to an SQLite file. */
  readonly isOfNetwork?: boolean;
  /** Whether calls to the master secret server must not fail either. */
  readonly sparesEverybody?: boolean;
  begin(scene: Scene): Promise<void>;
  end(scene: Scene): Promise<void>;
}

const PLANNED_MS_MAX = 200;
const UNSEEN_MS_MAX = 5000;

export const FAULTS: readonly Fault[] = [
  {
    name: "kill",
    p99MsMax: 1000,
    aimMs: 300,
    begin: ({ master }) => master.stop("SIGKILL"),
    end: ({ master }) => master.start(),
  },
  {
    name: "freeze",
    p99MsMax: UNSEEN_MS_MAX,
    begin: ({ master, candidates }) => freezeOutsideOfWrites(master, candidates.database),
    end: async ({ master }) => {
      master.kill("SIGCONT");
      await master.until("to be on standby", ({ mastership }) => mastership === "standby");
    },
  },
  {
    name: "partition",
    p99MsMax: UNSEEN_MS_MAX,
    isOfNetwork: true,
    begin: ({ candidates }) => {
      candidates.link?.cut();
      return Promise.resolve();
    },
    end: async ({ candidates }) => candidates.link?.mend(),
  },
  {
    name: "step-down",
    sparesEverybody: true,
    p99MsMax: PLANNED_MS_MAX,
    begin: ({ master }) => ordered(master, "/v1/master/step-down"),
    end: () => Promise.resolve(),
  },
  {
    name: "stop",
    begin: ({ master }) => master.stop("SIGTERM"),
    end: ({ master }) => master.start(),
  },
  {
    name: "move",
    sparesEverybody: true,
    begin: ({ master, heir }) => ordered(master, "/v1/master/move", { node: heir.nodeId }),
    end: () => Promise.resolve(),
  },
];

/** As the local administrator, which is what the command does. */
async function ordered(node: ClusterProcess, path: string, json?: unknown): Promise<void> {
  const { status, body } = await node.ask({ method: "POST", path, json });
  if (status !== 200) {
    throw new ToolError(`${path} was answered ${String(status)}: ${body}`);
  }
}
