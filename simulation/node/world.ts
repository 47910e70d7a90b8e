import type { SeededRandom } from "../engine/seeded-random.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";
import type { KeyringSealing } from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import type { SimulatedServer } from "../database/simulated-server.ts";
import type { Links } from "../network/links.ts";
import type { Deaths } from "../network/deaths.ts";
import type { Processes } from "../network/process.ts";
import type { Transcript } from "../transcript/transcript.ts";
import type { Tally } from "../run/tally.ts";
import type { SystemTruth } from "./founding.ts";

/** What all nodes of a run share. */
export interface World {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly links: Links;
  readonly processes: Processes;
  readonly deaths: Deaths;
  readonly server: SimulatedServer;
  readonly truth: SystemTruth;
  readonly sealing: KeyringSealing;
  readonly tally: Tally;
  readonly transcript: Transcript;
  /** How many commits the database needs at least; set anew when it was restored. */
  readonly furnishedCommits: (commits?: number) => number;
  /** A promise was broken. */
  readonly violated: (promise: string, what: string) => void;
}
