import type { Cancel } from "../../packages/server/src/platform/scheduler.ts";
import { Life } from "../engine/life.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";
import { Backend, type BackendEvents, type BackendHost } from "./backend.ts";
import { ParsedStatements } from "./parsed-statements.ts";
import type { Statement } from "./sql/syntax.ts";
import { SqlError } from "./sql-error.ts";
import { Catalog } from "./tables/catalog.ts";
import { RowLock, type Wait } from "./tables/locks.ts";
import type { Transaction } from "./tables/transaction.ts";

const SETTINGS: Readonly<Record<string, string>> = {
  server_version_num: "150000",
  default_transaction_read_only: "off",
  fsync: "on",
  synchronous_commit: "on",
  synchronous_standby_names: "",
};

/** Commits that wait for something, as for a standby. */
export interface HeldCommits {
  left: number;
  readonly delayMs: number;
  /** One begins to wait. */
  readonly held: () => void;
}

/**
 * A database server as PostgreSQL is one, in memory and in virtual time: it can be stopped and
 * started, stall, lose its tail, and its clock can jump.
 */
export class SimulatedServer implements BackendHost {
  readonly #time: VirtualTime;
  readonly #count: (what: string) => void;
  readonly #sessions = new Set<Backend>();
  readonly #parsed: ParsedStatements;
  #advisoryLocks = new Map<bigint, RowLock>();
  #catalog = new Catalog();
  #life = new Life();
  #clockAheadMs = 0;
  #isRunning = true;
  /** What the next commits are to wait for. */
  heldCommits: HeldCommits | undefined;
  /** When connections were asked for, in virtual time. */
  readonly connectsAtMs: number[] = [];

  /** `count` hears what the server did that a run ought to have met. */
  constructor(
    time: VirtualTime,
    count: (what: string) => void = () => undefined,
    parsed = new ParsedStatements(),
  ) {
    this.#time = time;
    this.#count = count;
    this.#parsed = parsed;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Throws 57P03 while the server is down. */
  connect(events: BackendEvents): Backend {
    this.connectsAtMs.push(this.#time.nowMs);
    if (!this.#isRunning) {
      throw new SqlError("57P03", "the database system is starting up");
    }
    const session = new Backend(this, events);
    this.#sessions.add(session);
    return session;
  }

  forget(session: Backend): void {
    this.#sessions.delete(session);
  }

  /** Kills all sessions; what was committed stays. */
  stop(): void {
    this.#isRunning = false;
    for (const session of this.#sessions) {
      session.end(undefined);
    }
    this.#life.end();
    this.#life = new Life();
    this.#advisoryLocks = new Map();
  }

  start(): void {
    this.#isRunning = true;
  }

  /** Nothing is served until `resume`. */
  stall(): void {
    this.#life.freeze();
  }

  resume(): void {
    this.#time.thaw(this.#life);
  }

  /** Stops, and starts as it was after that many commits. */
  restore(commits: number): void {
    this.stop();
    this.#catalog = this.#catalog.restoredTo(commits);
    this.start();
  }

  /** Another server that is as this one was after that many commits, and knows nothing of it. */
  twin(commits: number): SimulatedServer {
    const twin = new SimulatedServer(this.#time, this.#count, this.#parsed);
    twin.#catalog = this.#catalog.restoredTo(commits);
    return twin;
  }

  /** Moves the server's clock. */
  jump(ms: number): void {
    this.#clockAheadMs += ms;
  }

  clockMs(): number {
    return this.#time.nowMs + this.#clockAheadMs;
  }

  setting(name: string): string {
    const value = SETTINGS[name];
    if (value === undefined) {
      throw new SqlError("42704", `unrecognized configuration parameter "${name}"`);
    }
    return value;
  }

  commitDelayMs(): number {
    const { heldCommits } = this;
    if (heldCommits === undefined || heldCommits.left === 0) {
      return 0;
    }
    heldCommits.left -= 1;
    heldCommits.held();
    this.#count("database: a commit was held");
    return heldCommits.delayMs;
  }

  advisoryLock(key: bigint): RowLock {
    const lock = this.#advisoryLocks.get(key) ?? new RowLock();
    this.#advisoryLocks.set(key, lock);
    return lock;
  }

  /** Something the server does later, unless it is stopped before. */
  after(delayMs: number, run: () => void): Cancel {
    return this.#time.after(delayMs, run, this.#life);
  }

  parsed(text: string): readonly Statement[] {
    return this.#parsed.of(text);
  }

  waitOf(transaction: Transaction): Wait | undefined {
    for (const session of this.#sessions) {
      const wait = session.waitOf(transaction);
      if (wait !== undefined) {
        return wait;
      }
    }
    return undefined;
  }

  tally(what: string): void {
    this.#count(what);
  }
}
