import { Agent } from "node:http";
import type { TLSSocket } from "node:tls";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { type HostPort, parseHostPort } from "../../base/host-port.ts";
import type { Admission, AdmissionRequest } from "../../domain/node/admission.ts";
import type { Greeting, JoinConnection, JoinTransport } from "../../domain/node/join-transport.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import type { Codec } from "./codec.ts";
import { connectPeer, reasonOf, unreachable, type ProvedConnection } from "./connect.ts";
import { readAnswer, sendRequest, type Exchange } from "./exchange.ts";
import { lastIssuerOf } from "./peer-certificate.ts";
import { pem } from "./tls-identity.ts";
import { actPath, ACTS, GREETING, GREETING_PATH } from "./wire.ts";

/** An admission is a transaction in a database that may just be busy. */
const ANSWER_MS_MAX = 20_000;

/** How a machine that is no node yet reaches one: only carries, and believes nobody. */
export function tlsJoinTransport(scheduler: Scheduler): JoinTransport {
  return {
    async presentedCa(address, deadlineMs) {
      const { socket } = await connectTo(address, (where) =>
        // Whoever this is: only the key of the CA is looked at, and compared by the caller.
        connectPeer(scheduler, where, { rejectUnauthorized: false }, { deadlineMs }),
      );
      const ca = lastIssuerOf(socket);
      socket.destroy();
      if (ca === undefined) {
        throw notReached(address, "it does not show the certificate of its CA");
      }
      return ca;
    },

    async connect(address, ca, deadlineMs) {
      const trusting = { ca: pem("CERTIFICATE", ca.certificate) };
      const proved = await connectTo(address, (where) =>
        connectPeer(scheduler, where, trusting, { deadlineMs }),
      );
      return new OneConnection(scheduler, address, proved);
    },
  };
}

/** One connection, on which two requests are made, and no other is opened in its place. */
class OneConnection implements JoinConnection {
  readonly serverTlsKey: Uint8Array;
  readonly #scheduler: Scheduler;
  readonly #address: string;
  readonly #agent: Agent;
  readonly #socket: TLSSocket;

  constructor(scheduler: Scheduler, address: string, { socket, serverTlsKey }: ProvedConnection) {
    this.serverTlsKey = serverTlsKey;
    this.#scheduler = scheduler;
    this.#address = address;
    this.#socket = socket;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.#agent.createConnection = () => socket;
    socket.on("error", () => undefined); // told by the request that is under way, if there is one
  }

  greeting(): Promise<Greeting> {
    return this.#ask({ method: "GET", path: GREETING_PATH }, undefined, GREETING, () =>
      unreachable("it ended the connection"),
    );
  }

  admit(request: AdmissionRequest): Promise<Admission> {
    const { request: content, answer } = ACTS.admit;
    const asked = { method: "POST", path: actPath("admit") } as const;
    return this.#ask(
      asked,
      content.encode(request),
      answer,
      () =>
        new CodedError("outcome-unknown", {
          detail:
            `the connection to ${this.#address} was lost before it answered; the node may have been ` +
            "admitted and the token used up: see with `chatelaine node list`",
        }),
    );
  }

  close(): void {
    this.#agent.destroy();
    this.#socket.destroy();
  }

  async #ask<T>(
    asked: Pick<Exchange, "method" | "path">,
    body: unknown,
    answer: Codec<T>,
    lost: () => CodedError,
  ): Promise<T> {
    if (this.#socket.destroyed) {
      throw notReached(this.#address, "it ended the connection"); // and nothing was sent
    }
    const times = { connectMs: ANSWER_MS_MAX, deadlineMs: ANSWER_MS_MAX };
    const exchange = { ...asked, ...times, body };
    const where = addressOf(this.#address);
    const outcome = await sendRequest(this.#scheduler, this.#agent, where, exchange).outcome;
    const said = outcome.kind === "answered" ? await readAnswer(outcome.message) : undefined;
    if (said?.kind === "failure") {
      throw said.error;
    }
    if (said?.kind !== "content") {
      throw lost();
    }
    try {
      return answer.decode(said.json, asked.path);
    } catch (error) {
      throw isCoded(error, "request-invalid") ? lost() : error;
    }
  }
}

async function connectTo(
  address: string,
  connect: (where: HostPort) => Promise<ProvedConnection>,
): Promise<ProvedConnection> {
  const where = addressOf(address);
  try {
    return await connect(where);
  } catch (error) {
    throw notReached(address, reasonOf(error));
  }
}

function addressOf(address: string): HostPort {
  const where = parseHostPort(address);
  if (where === undefined) {
    throw notReached(address, "it is not HOST:PORT");
  }
  return where;
}

function notReached(address: string, reason: string): CodedError {
  return new CodedError("node-unreachable", { detail: `${address}: ${reason}` });
}
