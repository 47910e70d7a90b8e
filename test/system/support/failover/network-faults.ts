import { eventually } from "../eventually.ts";
import { EVERYONE, type CuttableLink, type FarSide } from "../cuttable-link.ts";
import type { Fault, Scene } from "./fault.ts";

const SOON_MS = 60_000;
/** Also with the times that a node has if nobody sets any. */
const LONGER_THAN_TTL_MS = 4000;

/** The cable between the master secret server and whoever these are. */
export function networkFaults(link: () => CuttableLink): readonly Fault[] {
  return [
    {
      ...cutOff(link, ["database"]),
      name: "cut off from the database",
      takeover: "expected",
    },
    {
      ...cutOff(link, ["nodes"]),
      name: "cut off from the other nodes",
      takeover: "none",
      lasting: isRenewed,
    },
    {
      ...cutOff(link, EVERYONE),
      name: "cut off from everyone",
      takeover: "expected",
    },
    {
      name: "refused as if it were dead",
      spares: "others",
      // Whoever takes that for a proof of death may take over early: needless, and harmless.
      takeover: "possible",
      begin: async ({ candidates }) => {
        await isProvable(candidates);
        await link().refuse();
      },
      lasting: isRenewed,
      end: () => link().mend(),
    },
  ];
}

function cutOff(
  link: () => CuttableLink,
  from: readonly FarSide[],
): Omit<Fault, "name" | "takeover"> {
  return {
    spares: "others",
    begin: () => {
      link().cut(from);
      return Promise.resolve();
    },
    end: () => link().mend(),
  };
}

/** In its first ttl no mastership is taken on a proof. */
async function isProvable({ database }: Scene["candidates"]): Promise<void> {
  await eventually("the mastership to be older than a ttl", SOON_MS, async () => {
    const [row] = await database.query("select max(at_ms) as at from fenced_write");
    return Date.now() - Number(row?.["at"]) > LONGER_THAN_TTL_MS ? true : undefined;
  });
}

/** Beyond the time for which the lease was valid when the fault began, or somebody took over. */
async function isRenewed({ candidates, fence }: Scene): Promise<void> {
  await eventually("the lease to be renewed all the time", SOON_MS, async () => {
    const { epoch, expiresAtMs } = await candidates.fence();
    const isOver = Date.now() > fence.expiresAtMs && expiresAtMs > Date.now();
    return epoch !== fence.epoch || isOver ? true : undefined;
  });
}
