import type { ClusterProcess } from "../cluster-process.ts";
import type { Candidates, Fence } from "./candidates.ts";
import type { Load } from "./load.ts";

/** Where and when a fault happens. */
export interface Scene {
  readonly candidates: Candidates;
  /** The master secret server as it began. */
  readonly master: ClusterProcess;
  readonly others: readonly ClusterProcess[];
  readonly load: Load;
  /** From before the fault. */
  readonly fence: Fence;
}

/** Something that befalls a system of three candidates, and is over at some time. */
export interface Fault {
  readonly name: string;
  /** Whose calls may fail: those of the master secret server, or nobody's. */
  readonly spares: "others" | "everybody";
  /** Whether another node must become master secret server, must not, or either. */
  readonly takeover: "expected" | "none" | "possible";
  /** With which codes writes of those who are spared may be refused; none: all are made. */
  readonly refusals?: readonly string[];
  /** By what, where that is not the same everywhere. */
  readonly by?: string;
  begin(scene: Scene): Promise<void>;
  /** Waits until the fault has shown all its effects. */
  lasting?(scene: Scene): Promise<void>;
  end(scene: Scene): Promise<void>;
  /** Without load, after everything was looked at. */
  afterwards?(scene: Scene): Promise<void>;
}

/** What came of one round. */
export interface RoundFigures {
  readonly database: string;
  readonly fault: string;
  readonly by: string;
  /** Of the nodes that are spared. */
  readonly reads: number;
  readonly failedReads: readonly string[];
  readonly slowestReadMs: number;
  readonly refusedWrites: number;
  /** Of every node. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly stale: readonly string[];
  /** Of the node that the fault befell. */
  readonly failedCallsOfFaulted: number;
  /** From the fault to the claim of the new mastership, and to its first fenced write. */
  readonly claimMs: number | undefined;
  readonly writeMs: number | undefined;
}
