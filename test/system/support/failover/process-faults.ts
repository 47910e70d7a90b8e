import { eventually } from "../eventually.ts";
import { freezeInsideOfWrite, freezeOutsideOfWrites } from "../freezing.ts";
import type { Fault, Scene } from "./fault.ts";

const SOON_MS = 60_000;

export const KILLED: Fault = {
  name: "kill -9",
  spares: "others",
  takeover: "expected",
  begin: ({ master }) => master.stop("SIGKILL"),
  end: ({ master }) => master.start(),
};

/** Longer than its lease, which is what the others need to take over. */
export const FROZEN: Fault = {
  name: "SIGSTOP, then SIGCONT",
  spares: "others",
  takeover: "expected",
  begin: ({ master, candidates }) => freezeOutsideOfWrites(master, candidates.database),
  end: awake,
};

export const STOPPED: Fault = {
  name: "graceful stop",
  spares: "others",
  takeover: "expected",
  begin: ({ master }) => master.stop("SIGTERM"),
  end: ({ master }) => master.start(),
};

export const MOVED: Fault = {
  name: "planned move",
  spares: "everybody",
  takeover: "expected",
  begin: async ({ candidates, others }) => {
    const [to] = others;
    if (to !== undefined) {
      await candidates.move(to);
    }
  },
  end: () => Promise.resolve(),
};

/**
 * On SQLite nobody else can write then, and so nobody can take over: writes are refused with the
 * process that is in the way.
 */
export const FROZEN_INSIDE: Fault = {
  name: "SIGSTOP inside a write, then SIGCONT",
  spares: "others",
  takeover: "none",
  refusals: ["database-locked"],
  begin: ({ master, candidates, load }) => {
    load.burst(master);
    return freezeInsideOfWrite(master, candidates.database.place);
  },
  lasting: async (scene) => {
    const { candidates, fence } = scene;
    await eventually("the lease to run out", SOON_MS, async () => {
      const { epoch, expiresAtMs } = await candidates.fence();
      return epoch === fence.epoch && expiresAtMs < Date.now() ? true : undefined;
    });
    await areRefused(scene);
  },
  end: async ({ master }) => {
    master.kill("SIGCONT");
    await Promise.resolve();
  },
};

/** It notices by itself that its mastership is over. */
async function awake({ master }: Scene): Promise<void> {
  const isLost = countOf(master.said);
  master.kill("SIGCONT");
  await eventually("the frozen node to step down", SOON_MS, () =>
    countOf(master.said) > isLost ? true : undefined,
  );
  await master.until("to be on standby", ({ mastership }) => mastership === "standby");
}

function countOf(said: string): number {
  return said.split('"mastership.lost"').length;
}

/** Every other node has refused a write since, and named the process. */
async function areRefused({ load, others, master }: Scene): Promise<void> {
  const named = new RegExp(`\\b${master.pid}\\b`);
  for (const node of others) {
    const { refusals } = load.writers.find((writer) => writer.node === node) ?? { refusals: [] };
    await eventually(`${node.name} to name the process ${master.pid}`, SOON_MS, () =>
      refusals.some(({ code, body }) => code === "database-locked" && named.test(body))
        ? true
        : undefined,
    );
  }
}
