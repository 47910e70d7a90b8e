import { CodedError, isCoded } from "../../base/coded-error.ts";
import { parseHostPort } from "../../base/host-port.ts";
import type { Clock, MonotonicMs } from "../../platform/clock.ts";
import { plusMs } from "../../platform/clock.ts";
import type { Cancel } from "../../platform/scheduler.ts";
import type { PeerAct, PeerAnswer, PeerRequest } from "../peer-acts.ts";
import type { Peers, PeerTarget, WatchObserver } from "../peers.ts";
import { reasonOf, unreachable } from "./connect.ts";
import { NOT_UNDERSTOOD, readAnswer, sendRequest, type Outcome } from "./exchange.ts";
import { PeerAgents, type PeerAgentsDeps } from "./peer-agents.ts";
import { Watch } from "./watch.ts";
import { actPath, ACTS } from "./wire.ts";

export interface TlsPeersDeps extends PeerAgentsDeps {
  readonly clock: Clock;
}

/** How often a request is written to kept connections that turn out to be closed. */
const KEPT_ATTEMPTS_MAX = 3;

type Attempt<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly reason: string; readonly mayTryOn: boolean };

/** The other nodes over mutual TLS. */
export class TlsPeers implements Peers {
  readonly #deps: TlsPeersDeps;
  readonly #agents: PeerAgents;
  readonly #watches = new Set<Watch>();

  constructor(deps: TlsPeersDeps) {
    this.#deps = deps;
    this.#agents = new PeerAgents(deps);
  }

  async call<Act extends PeerAct>(
    target: PeerTarget,
    act: Act,
    request: PeerRequest<Act>,
    deadlineMs: number,
  ): Promise<PeerAnswer<Act>> {
    const { clock } = this.#deps;
    const deadline = plusMs(clock.monotonic(), deadlineMs);
    const body = ACTS[act].request.encode(request);
    const tried: string[] = [];
    for (const [index, address] of target.addresses.entries()) {
      if (clock.monotonic() >= deadline) {
        tried.push(`${address}: no time was left to try it`);
        break;
      }
      const sharers = target.addresses.length - index;
      const attempt = await this.#attempt(target, act, { address, body, deadline, sharers });
      if (attempt.kind === "answered") {
        return attempt.answer;
      }
      tried.push(`${address}: ${attempt.reason}`);
      if (!attempt.mayTryOn) {
        break;
      }
    }
    throw new CodedError("node-unreachable", {
      detail:
        tried.length === 0
          ? `${target.nodeId} has no address in its warrant`
          : `${target.nodeId} cannot be reached: ${tried.join("; ")}`,
    });
  }

  watch(target: PeerTarget, observer: WatchObserver): Cancel {
    const { clock, scheduler } = this.#deps;
    const watch = new Watch({ clock, scheduler, agent: () => this.#agents.of(target) }, target, {
      beat: (beat) => {
        observer.beat(beat);
      },
      ended: (reason) => {
        this.#watches.delete(watch);
        observer.ended(reason);
      },
    });
    this.#watches.add(watch);
    watch.start();
    return () => {
      this.#watches.delete(watch);
      watch.cancel();
    };
  }

  /** Gives up the connections to nodes that are no longer in the roster. */
  rosterChanged(): void {
    this.#agents.rosterChanged();
  }

  /** New connections show the identity as it is now; what is under way ends by itself. */
  identityChanged(): void {
    this.#agents.identityChanged();
  }

  /** Ends all watches, without telling, and all connections. */
  close(): void {
    for (const watch of this.#watches) {
      watch.cancel();
    }
    this.#watches.clear();
    this.#agents.close();
  }

  async #attempt<Act extends PeerAct>(
    target: PeerTarget,
    act: Act,
    sent: SentTo,
  ): Promise<Attempt<PeerAnswer<Act>>> {
    const { mayRepeat, answer } = ACTS[act];
    const outcome = await this.#send(target, act, sent);
    if (outcome.kind === "unanswered") {
      const mayTryOn = mayRepeat || outcome.fate === "not-sent";
      return { kind: "failed", reason: reasonOf(outcome.reason), mayTryOn };
    }
    const said = await readAnswer(outcome.message);
    switch (said.kind) {
      case "failure":
        throw said.error;
      case "unreadable":
        return { kind: "failed", reason: said.reason, mayTryOn: mayRepeat };
      case "content":
        return understand(() => answer.decode(said.json, act), mayRepeat);
    }
  }

  /** Again if a kept connection turns out to have been closed while nobody looked. */
  async #send(target: PeerTarget, act: PeerAct, sent: SentTo): Promise<Outcome> {
    const { clock, scheduler } = this.#deps;
    const address = parseHostPort(sent.address);
    if (address === undefined) {
      return { kind: "unanswered", fate: "not-sent", reason: unreachable("it is not HOST:PORT") };
    }
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = sent.deadline - clock.monotonic();
      const { outcome } = sendRequest(scheduler, this.#agents.of(target), address, {
        method: "POST",
        path: actPath(act),
        body: sent.body,
        // What one address takes to no purpose must not be missing for the others.
        connectMs: leftMs / sent.sharers,
        deadlineMs: leftMs,
      });
      const result = await outcome;
      const mayBeStale = result.kind === "unanswered" && result.fate === "sent-on-kept-connection";
      const isTimeLeft = clock.monotonic() < sent.deadline;
      if (!mayBeStale || !ACTS[act].mayRepeat || !isTimeLeft || attempt === KEPT_ATTEMPTS_MAX) {
        return result;
      }
    }
  }
}

interface SentTo {
  readonly address: string;
  readonly body: unknown;
  readonly deadline: MonotonicMs;
  /** How many addresses, this one included, have yet to be tried in the time that is left. */
  readonly sharers: number;
}

function understand<Answer>(decode: () => Answer, mayTryOn: boolean): Attempt<Answer> {
  try {
    return { kind: "answered", answer: decode() };
  } catch (error) {
    if (isCoded(error, "request-invalid")) {
      return { kind: "failed", reason: `${NOT_UNDERSTOOD} (${error.message})`, mayTryOn };
    }
    throw error;
  }
}
