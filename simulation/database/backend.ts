import type { Cancel } from "../../packages/server/src/platform/scheduler.ts";
import type { StatementContext } from "./run/context.ts";
import { runSelect } from "./run/select.ts";
import { runStatement, type StatementResult } from "./run/statement.ts";
import type { SqlValue, Statement } from "./sql/syntax.ts";
import { SqlError } from "./sql-error.ts";
import type { Catalog } from "./tables/catalog.ts";
import type { RowLock, Steps, Wait } from "./tables/locks.ts";
import { Transaction } from "./tables/transaction.ts";

/** How long a wait lasts before the server looks whether it is part of a circle. */
const DEADLOCK_MS = 1000;

/** The server that a session is one of. */
export interface BackendHost {
  readonly catalog: Catalog;
  clockMs(): number;
  setting(name: string): string;
  /** How long the commit that is about to be made waits first. */
  commitDelayMs(): number;
  parsed(text: string): readonly Statement[];
  advisoryLock(key: bigint): RowLock;
  after(delayMs: number, run: () => void): Cancel;
  /** What a transaction waits for, whosever it is. */
  waitOf(transaction: Transaction): Wait | undefined;
  forget(session: Backend): void;
  tally(what: string): void;
}

export interface Request {
  readonly text: string;
  readonly parameters: readonly SqlValue[];
}

export type Answer =
  | { readonly kind: "result"; readonly result: StatementResult }
  | { readonly kind: "error"; readonly error: SqlError };

/** What a session tells its client. */
export interface BackendEvents {
  answer(answer: Answer): void;
  /** The server ends the session, and says why if it still can. */
  ended(error: SqlError | undefined): void;
}

interface OpenTransaction {
  readonly transaction: Transaction;
  readonly isSnapshot: boolean;
  readonly isImplicit: boolean;
  readonly startedMs: number;
  readonly settings: Map<string, string>;
  /** Of the first statement, where all statements see one moment. */
  committedUpTo: number | undefined;
  hasFailed: boolean;
}

/** Where the statements of one request have come to. */
interface Execution {
  readonly statements: Statement[];
  readonly parameters: readonly SqlValue[];
  last: StatementResult;
}

const NOTHING: StatementResult = { command: "", count: null, names: [], rows: [] };

/** One session on the server: serves requests in order, one transaction at a time. */
export class Backend {
  readonly #server: BackendHost;
  readonly #events: BackendEvents;
  readonly #requests: Request[] = [];
  readonly #timers = new Set<Cancel>();
  #open: OpenTransaction | undefined;
  #wait: Wait | undefined;
  #isBusy = false;
  #isLeft = false;
  #isOver = false;

  constructor(server: BackendHost, events: BackendEvents) {
    this.#server = server;
    this.#events = events;
  }

  /** Whether it waits for a lock. */
  get isWaiting(): boolean {
    return this.#wait !== undefined;
  }

  receive(request: Request): void {
    if (!this.#isOver) {
      this.#requests.push(request);
      this.#serve();
    }
  }

  /** The client has closed its end: what runs is run to its end, which nobody hears of. */
  leave(): void {
    this.#isLeft = true;
    this.#requests.length = 0;
    if (!this.#isBusy) {
      this.end(undefined);
    }
  }

  /** Ends the session; its transaction is rolled back. */
  end(error: SqlError | undefined): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#requests.length = 0;
    this.#cancelTimers();
    this.#wait?.abandon();
    this.#wait = undefined;
    this.#rollBack();
    this.#server.forget(this);
    this.#events.ended(error);
  }

  #serve(): void {
    const request = this.#isBusy || this.#isOver ? undefined : this.#requests.shift();
    if (request === undefined) {
      return;
    }
    this.#cancelTimers();
    this.#isBusy = true;
    const { parameters } = request;
    try {
      const statements = [...this.#server.parsed(request.text)];
      this.#next({ statements, parameters, last: NOTHING });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Starts the next statement of the request, or answers. */
  #next(execution: Execution): void {
    for (;;) {
      const statement = execution.statements.shift();
      if (statement === undefined) {
        this.#finish({ kind: "result", result: execution.last });
        return;
      }
      if (statement.kind === "commit" && this.#isHeld(execution, statement)) {
        return;
      }
      const controlled = this.#control(statement);
      if (controlled === undefined) {
        this.#start(execution, statement);
        return;
      }
      execution.last = controlled;
    }
  }

  /** Whether the commit waits; it goes on by itself, with all its locks until then. */
  #isHeld(execution: Execution, statement: Statement): boolean {
    const isChange = this.#open?.isSnapshot === false && !this.#open.hasFailed;
    const delayMs = isChange ? this.#server.commitDelayMs() : 0;
    if (delayMs > 0) {
      this.#server.after(delayMs, () => {
        if (!this.#isOver) {
          execution.last = this.#control(statement) ?? execution.last;
          this.#next(execution);
        }
      });
    }
    return delayMs > 0;
  }

  #control(statement: Statement): StatementResult | undefined {
    switch (statement.kind) {
      case "begin":
        this.#open ??= this.#begun(statement.isSnapshot, false);
        return { ...NOTHING, command: "BEGIN" };
      case "set":
        this.#open?.settings.set(statement.name, statement.value);
        return { ...NOTHING, command: "SET" };
      case "commit":
        return { ...NOTHING, command: this.#commit() ? "COMMIT" : "ROLLBACK" };
      case "rollback":
        this.#rollBack();
        return { ...NOTHING, command: "ROLLBACK" };
      case "select":
      case "insert":
      case "update":
      case "delete":
      case "create-table":
      case "create-key":
      case "add-columns":
      case "rename-column":
      case "drop-table":
      case "nothing":
        return undefined;
    }
  }

  #begun(isSnapshot: boolean, isImplicit: boolean): OpenTransaction {
    return {
      transaction: new Transaction(),
      isSnapshot,
      isImplicit,
      startedMs: this.#server.clockMs(),
      settings: new Map(),
      committedUpTo: undefined,
      hasFailed: false,
    };
  }

  /** False if the transaction had failed and is rolled back instead. */
  #commit(): boolean {
    const open = this.#open;
    if (open?.hasFailed === true) {
      this.#rollBack();
      return false;
    }
    this.#open = undefined;
    if (open !== undefined) {
      this.#server.catalog.commit(open.transaction);
    }
    return true;
  }

  #rollBack(): void {
    if (this.#open?.hasFailed === false) {
      this.#open.transaction.rollBack();
    }
    this.#open = undefined;
  }

  #start(execution: Execution, statement: Statement): void {
    this.#open ??= this.#begun(false, true);
    const open = this.#open;
    if (open.hasFailed) {
      throw new SqlError("25P02", "current transaction is aborted");
    }
    if (open.isSnapshot && (statement.kind !== "select" || statement.locks.length > 0)) {
      throw new SqlError("25006", "cannot change anything in a read-only transaction");
    }
    this.#startTimer(open, "statement_timeout", () => {
      this.#giveUp(new SqlError("57014", "canceling statement due to statement timeout"));
    });
    this.#advance(execution, runStatement(this.#contextOf(open, execution), statement));
  }

  #contextOf(open: OpenTransaction, { parameters }: Execution): StatementContext {
    const { transaction, startedMs } = open;
    const { catalog } = this.#server;
    transaction.command += 1;
    open.committedUpTo = open.isSnapshot
      ? (open.committedUpTo ?? catalog.commits)
      : catalog.commits;
    return {
      catalog,
      transaction,
      snapshot: {
        transaction,
        command: transaction.command,
        committedUpTo: open.committedUpTo,
      },
      parameters,
      facts: {
        clockMs: () => this.#server.clockMs(),
        transactionMs: startedMs,
        setting: (name) => this.#server.setting(name),
      },
      answered: new Map(),
      advisoryLock: (key) => this.#server.advisoryLock(key),
      runQuery: runSelect,
    };
  }

  /** Runs the statement to its end or its next wait. */
  #advance(execution: Execution, steps: Steps<StatementResult>): void {
    let step;
    try {
      step = steps.next();
      while (step.done !== true && step.value.isOver) {
        step = steps.next();
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (step.done === true) {
      this.#ended(execution, step.value);
    } else {
      this.#await(execution, steps, step.value);
    }
  }

  #await(execution: Execution, steps: Steps<StatementResult>, wait: Wait): void {
    this.#wait = wait;
    this.#server.tally("database: waited for a lock");
    const cancels: Cancel[] = [];
    wait.resume = () => {
      cancels.forEach((cancel) => cancel());
      this.#wait = undefined;
      this.#server.after(0, () => {
        if (!this.#isOver && this.#isBusy) {
          this.#advance(execution, steps);
        }
      });
    };
    const lockMs = Number(this.#open?.settings.get("lock_timeout") ?? 0);
    if (lockMs > 0) {
      const error = new SqlError("55P03", "canceling statement due to lock timeout");
      cancels.push(this.#server.after(lockMs, () => this.#giveUp(error)));
    }
    const deadlock = new SqlError("40P01", "deadlock detected");
    cancels.push(
      this.#server.after(DEADLOCK_MS, () => {
        if (isInCircle(this.#server, wait)) {
          this.#giveUp(deadlock);
        }
      }),
    );
    cancels.forEach((cancel) => this.#timers.add(cancel));
  }

  /** Ends the statement that waits. */
  #giveUp(error: SqlError): void {
    if (this.#wait !== undefined) {
      this.#server.tally(`database: gave up a wait (${error.state})`);
      this.#wait.abandon();
      this.#wait = undefined;
      this.#fail(error);
    }
  }

  #ended(execution: Execution, result: StatementResult): void {
    this.#cancelTimers();
    if (this.#open?.isImplicit === true) {
      this.#commit();
    }
    execution.last = result;
    try {
      this.#next(execution);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is no refusal of the server is a fault of the simulation, and ends the run. */
  #fail(error: unknown): void {
    if (!(error instanceof SqlError)) {
      throw error;
    }
    this.#cancelTimers();
    if (this.#open?.isImplicit === true) {
      this.#rollBack();
    } else if (this.#open !== undefined) {
      this.#open.hasFailed = true;
      this.#open.transaction.rollBack(); // Its locks are free at once; only its end is still to come.
    }
    this.#finish({ kind: "error", error });
  }

  #finish(answer: Answer): void {
    this.#isBusy = false;
    if (this.#isLeft) {
      this.end(undefined);
      return;
    }
    this.#events.answer(answer);
    if (this.#open !== undefined && this.#requests.length === 0) {
      this.#startTimer(this.#open, "idle_in_transaction_session_timeout", () => {
        this.#server.tally("database: ended an idle transaction");
        this.end(
          new SqlError("25P03", "terminating connection due to idle-in-transaction timeout"),
        );
      });
    }
    this.#serve();
  }

  #startTimer({ settings }: OpenTransaction, setting: string, run: () => void): void {
    const ms = Number(settings.get(setting) ?? 0);
    if (ms > 0) {
      this.#timers.add(this.#server.after(ms, run));
    }
  }

  #cancelTimers(): void {
    this.#timers.forEach((cancel) => cancel());
    this.#timers.clear();
  }

  /** What this session's transaction waits for, for the search for circles. */
  waitOf(transaction: Transaction): Wait | undefined {
    return this.#open?.transaction === transaction ? this.#wait : undefined;
  }
}

/** Whether the wait waits, by way of others, for its own transaction. */
function isInCircle(server: BackendHost, wait: Wait): boolean {
  const seen = new Set<Transaction>();
  const pending = [...wait.blockers()];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === wait.transaction) {
      return true;
    }
    if (!seen.has(next)) {
      seen.add(next);
      pending.push(...(server.waitOf(next)?.blockers() ?? []));
    }
  }
  return false;
}
