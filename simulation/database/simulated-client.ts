import postgres from "postgres";
import type {
  DriverAnswer,
  DriverClient,
  DriverEvents,
} from "../../packages/server/src/storage/postgres/driver.ts";
import type { WireValue } from "../../packages/server/src/storage/postgres/wire-types.ts";
import { Life } from "../engine/life.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";
import type { Answer, Backend } from "./backend.ts";
import type { DatabasePath } from "./database-path.ts";
import type { SimulatedServer } from "./simulated-server.ts";
import type { SqlValue } from "./sql/syntax.ts";
import type { SqlError } from "./sql-error.ts";

const CONNECT_MS_MAX = 3000;
const RESEND_MS = 200;
/** A server that hears nothing more of its client leaves the connection after this. */
const SILENCE_MS_MAX = 60_000;

/** The look for a history row whose commit was not answered. */
const SETTLING = /from "fenced_write" where "serial" = /;

/** A fault of the connection, as the driver tells it: no answer of the server. */
export class ConnectionFault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the simulated connection failed: ${code}`);
    this.name = "ConnectionFault";
    this.code = code;
  }
}

type Direction = "to-server" | "to-client";

interface Message {
  readonly atMs: number;
  readonly arrive: () => void;
}

interface Pending {
  readonly text: string;
  readonly resolve: (answer: DriverAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** What a client is made of. */
export interface ClientPlace {
  readonly time: VirtualTime;
  /** Of the process the client belongs to. */
  readonly life: Life;
  readonly server: SimulatedServer;
  readonly path: DatabasePath;
}

/**
 * The driver's client over a simulated network: one connection, opened with the first statement.
 * Messages arrive in order; while the path is cut they wait and are sent again, and when the
 * connection breaks both sides lose what was on its way.
 */
export class SimulatedClient implements DriverClient {
  readonly #place: ClientPlace;
  readonly #events: DriverEvents;
  readonly #pending: Pending[] = [];
  /** Of what is on its way to the client; over when the connection is. */
  readonly #connection = new Life();
  #backend: Backend | undefined;
  #state: "new" | "connecting" | "open" | "closed" = "new";
  #waiting: (() => void)[] = [];
  readonly #onTheWay: Readonly<Record<Direction, Message[]>> = { "to-server": [], "to-client": [] };

  constructor(place: ClientPlace, events: DriverEvents) {
    this.#place = place;
    this.#events = events;
  }

  unsafe(text: string, parameters: WireValue[]): Promise<DriverAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#state === "closed") {
        reject(new ConnectionFault("CONNECTION_ENDED"));
        return;
      }
      this.#pending.push({ text, resolve, reject });
      const request = { text, parameters: parameters.map(copied) };
      const send = (): void => {
        this.#deliver("to-server", () => {
          this.#backend?.receive(request);
          this.#place.path.began?.(text);
        });
      };
      if (this.#state === "open") {
        send();
      } else {
        this.#waiting.push(send);
        this.#connect();
      }
    });
  }

  end(): Promise<void> {
    this.#close("CONNECTION_ENDED", false);
    return Promise.resolve();
  }

  /** The process was killed: its system closes the connection, if the network lets it. */
  abandon(): void {
    this.#close("CONNECTION_ENDED", false);
  }

  /** The connection breaks on this side, and what waits for an answer hears nothing more. */
  break(): void {
    this.#close("CONNECTION_CLOSED", true);
  }

  #connect(): void {
    if (this.#state !== "new") {
      return;
    }
    this.#state = "connecting";
    const { time, life } = this.#place;
    const cancel = time.after(CONNECT_MS_MAX, () => this.#fail("CONNECT_TIMEOUT"), life);
    this.#deliver("to-server", () => {
      let backend: Backend | undefined;
      try {
        backend = this.#place.server.connect({
          answer: (answer) => this.#deliver("to-client", () => this.#answered(answer)),
          ended: (error) => this.#deliver("to-client", () => this.#ended(error)),
        });
      } catch {
        backend = undefined;
      }
      this.#backend = backend;
      this.#deliver("to-client", () => {
        cancel();
        if (backend === undefined) {
          this.#fail("ECONNREFUSED");
        } else {
          this.#opened();
        }
      });
    });
  }

  #opened(): void {
    this.#state = "open";
    for (const send of this.#waiting.splice(0)) {
      send();
    }
  }

  /** One message, behind those that were sent before it. */
  #deliver(direction: Direction, arrive: () => void): void {
    const { time, path } = this.#place;
    const queue = this.#onTheWay[direction];
    queue.push({ arrive, atMs: time.nowMs + path.delayMs() });
    if (queue.length === 1) {
      this.#carryNext(direction);
    }
  }

  #carryNext(direction: Direction): void {
    const { time, path, life } = this.#place;
    const queue = this.#onTheWay[direction];
    const first = queue[0];
    if (first === undefined || this.#connection.isOver) {
      return;
    }
    const attempt = (): void => {
      if (!path.isOpen(direction)) {
        time.after(RESEND_MS, attempt, this.#connection);
        return;
      }
      if (path.breaks(direction)) {
        this.#close("CONNECTION_CLOSED", true);
        return;
      }
      queue.shift();
      if (direction === "to-client") {
        time.after(0, first.arrive, life); // A frozen process reads it when it wakes.
      } else {
        first.arrive();
      }
      this.#carryNext(direction);
    };
    time.after(first.atMs - time.nowMs, attempt, this.#connection);
  }

  #answered(answer: Answer): void {
    const pending = this.#pending.shift();
    if (answer.kind === "error") {
      pending?.reject(postgresError(answer.error, "ERROR"));
    } else {
      this.#tellOf(pending?.text ?? "", answer.result.rows.length > 0);
      pending?.resolve(driverAnswer(answer.result));
    }
  }

  #tellOf(text: string, isFound: boolean): void {
    if (SETTLING.test(text)) {
      this.#place.server.tally(`database: a lost commit was ${isFound ? "" : "not "}made`);
    }
  }

  /** The server ended the session, with a last word if there was time for one. */
  #ended(error: SqlError | undefined): void {
    if (error !== undefined) {
      this.#pending.shift()?.reject(postgresError(error, "FATAL"));
    }
    this.#fail("CONNECTION_CLOSED");
  }

  #fail(code: string): void {
    this.#close(code, true);
  }

  #close(code: string, tellsOwner: boolean): void {
    if (this.#state === "closed") {
      return;
    }
    this.#state = "closed";
    this.#connection.end();
    this.#leaveServer();
    for (const { reject } of this.#pending.splice(0)) {
      reject(new ConnectionFault(code));
    }
    if (tellsOwner) {
      this.#events.closed();
    }
  }

  /** The server notices when it is told; behind a cut, when it has heard nothing for long. */
  #leaveServer(): void {
    const { time, path } = this.#place;
    const backend = this.#backend;
    const startedMs = time.nowMs;
    const attempt = (): void => {
      if (path.isOpen("to-server") || time.nowMs - startedMs >= SILENCE_MS_MAX) {
        backend?.leave();
      } else {
        time.after(RESEND_MS, attempt);
      }
    };
    time.after(path.delayMs(), attempt);
  }
}

function copied(value: WireValue): SqlValue {
  if (typeof value === "number") {
    return BigInt(value);
  }
  return value instanceof Uint8Array ? Uint8Array.from(value) : value;
}

function driverAnswer(result: Extract<Answer, { kind: "result" }>["result"]): DriverAnswer {
  const { names, command, count } = result;
  const rows = result.rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, shown(row[index] ?? null)])),
  );
  return Object.assign(rows, { command, count });
}

function shown(value: SqlValue): SqlValue {
  return value instanceof Uint8Array ? Uint8Array.from(value) : value;
}

/** The driver's own class, by which the server's refusals are told from losses. */
function postgresError({ message, state }: SqlError, severity: string): postgres.PostgresError {
  const error = new postgres.PostgresError(message);
  return Object.assign(error, { message, code: state, severity, routine: "" });
}
