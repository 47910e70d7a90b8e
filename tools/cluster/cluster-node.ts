import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { EVENTS, type EventCode, type SystemStatus } from "@chatelaine/protocol";
import { ToolError } from "../tool-error.ts";
import type { Place } from "./places.ts";
import { runChatelaine, startChatelaine, type ChatelaineProcess } from "./run-chatelaine.ts";

const POLL_MS = 200;
const WAIT_MS_MAX = 60_000;
/** Of each line of the log, and shown or known otherwise. */
const COMMON_FIELDS = new Set(["level", "time", "nodeId", "event", "entssoId"]);

/** A node in a process of its own, and what it tells. */
export class ClusterNode {
  readonly place: Place;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<unknown>;
  readonly #child: ChatelaineProcess;
  readonly #tell: (line: string) => void;
  #isStarted = false;
  #isStopping = false;

  private constructor(place: Place, child: ChatelaineProcess, tell: (line: string) => void) {
    this.place = place;
    this.#child = child;
    this.#tell = tell;
    createInterface(child.stdout).on("line", (line) => {
      this.#logged(line);
    });
    createInterface(child.stderr).on("line", (line) => {
      tell(`${place.name}  ${line}`);
    });
    this.ended = once(child, "close").then(() => {
      this.#told();
    });
  }

  /** `start`; each event becomes a line that begins with the node's name. */
  static start(place: Place, tell: (line: string) => void): ClusterNode {
    return new ClusterNode(
      place,
      startChatelaine(["start", "--state-dir", place.stateDirectory]),
      tell,
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Until it runs. Throws `ToolError` if it ends before. */
  async started(stopping: AbortSignal): Promise<void> {
    await this.#until("to start", stopping, () => Promise.resolve(this.#isStarted));
  }

  async untilReads(stopping: AbortSignal): Promise<void> {
    await this.#until("to read", stopping, async () => {
      const answer = await fetch(`http://${this.place.callers}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    });
  }

  /** Until it is master secret server at the address that others join at. */
  async untilMaster(stopping: AbortSignal): Promise<void> {
    await this.#until("to be master secret server", stopping, async () => {
      const { nodes } = await this.#status();
      return nodes.some(
        ({ isThisNode, addresses, status }) =>
          isThisNode && addresses.includes(this.place.peers) && status?.health.isMaster === true,
      );
    });
  }

  /** Of every node, by name. */
  async roles(): Promise<ReadonlyMap<string, string>> {
    const { nodes } = await this.#status();
    return new Map(nodes.map(({ nodeName, role }) => [nodeName, role]));
  }

  /** Of the master secret server; undefined: there is none. */
  async masterName(): Promise<string | undefined> {
    const { master } = await this.#status();
    return master?.nodeName;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill("SIGTERM");
    await this.ended;
  }

  async #status(): Promise<SystemStatus> {
    const { stateDirectory } = this.place;
    const text = await runChatelaine(["status", "--json", "--state-dir", stateDirectory]);
    return JSON.parse(text) as SystemStatus;
  }

  async #until(what: string, stopping: AbortSignal, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + WAIT_MS_MAX;
    while (!stopping.aborted && !(await holds())) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new ToolError(`${this.place.name} has ended; what it said is above`);
      }
      if (performance.now() > deadline) {
        throw new ToolError(`${this.place.name} took too long ${what}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Events are for people; the lines about requests stay in the log. */
  #logged(line: string): void {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
    this.#isStarted = true;
    const event = String(fields["event"]);
    if (!isEvent(event)) {
      return;
    }
    const details = Object.entries(fields)
      .filter(([name]) => !COMMON_FIELDS.has(name))
      .map(([name, value]) => `  ${name}=${String(value)}`);
    const time = String(fields["time"]).slice(11, 19);
    const meaning = EVENTS[event].meaning;
    this.#tell(`${this.place.name}  ${time}  ${event}  ${meaning}${details.join("")}`);
  }

  #told(): void {
    const { exitCode, signalCode } = this.#child;
    if (!this.#isStopping) {
      const how = signalCode ?? `exit status ${String(exitCode)}`;
      this.#tell(
        `${this.place.name}  has ended (${how}); to start it again:  ` +
          `npx --no chatelaine start --state-dir ${this.place.shown}`,
      );
    }
  }
}

function isEvent(name: string): name is EventCode {
  return Object.hasOwn(EVENTS, name);
}
