import postgres from "postgres";
import { invariant } from "../../base/invariant.ts";
import { oneConnection } from "./one-connection.ts";
import { type WireValue, WIRE_TYPES } from "./wire-types.ts";

const CONNECT_SECONDS_MAX = 3;

/** The function of the server that gives the warning about a commit which no standby confirmed. */
const STANDBY_WAIT_ROUTINE = "SyncRepWaitForLSN";

/** What a statement answers: its rows, and what it says of itself. */
export interface DriverAnswer extends Iterable<Readonly<Record<string, unknown>>> {
  /** Null for a statement that changes the schema. */
  readonly count: number | null;
  readonly command: string;
}

/** One connection, which is made with the first statement. Answers come in the order of asking. */
export interface DriverClient {
  /**
   * Answers as the last of the statements does. Rejects with `PostgresError` for what the server
   * refuses, and otherwise for what was lost.
   */
  unsafe(text: string, parameters: WireValue[]): Promise<DriverAnswer>;
  end(options: { readonly timeout: number }): Promise<void>;
}

export interface DriverEvents {
  /** The connection was lost. */
  readonly closed: () => void;
  /** A commit was kept that no standby confirmed. */
  readonly unconfirmed: () => void;
}

/** How a session gets its client. The simulation gives one that leads to a server of its own. */
export type ConnectDriver = (url: string, events: DriverEvents) => DriverClient;

export const connectDriver: ConnectDriver = (url, events) => {
  const options = {
    socket: oneConnection(), // The driver's types do not know this option.
    max: 1,
    prepare: false, // A pooler of transactions may stand between.
    fetch_types: false,
    connect_timeout: CONNECT_SECONDS_MAX,
    idle_timeout: 0,
    max_lifetime: null, // The driver's limit may fall into a transaction.
    connection: { application_name: "chatelaine" },
    types: WIRE_TYPES,
    onclose: events.closed,
    onnotice: ({ routine }: postgres.Notice) => {
      if (routine === STANDBY_WAIT_ROUTINE) {
        events.unconfirmed();
      }
    },
  };
  const client = postgres(url, options);
  return {
    unsafe: async (text, parameters) => lastOf(await client.unsafe(text, parameters)),
    end: (limit) => client.end(limit),
  };
};

/** The driver gives an array of answers, each an array, for a text of several statements. */
function lastOf(answer: DriverAnswer | readonly DriverAnswer[]): DriverAnswer {
  if ("command" in answer) {
    return answer;
  }
  const last = answer.at(-1);
  invariant(last !== undefined, "a text without a statement was sent");
  return last;
}
