import { equalBytes } from "@chatelaine/crypto";
import { CodedError } from "../../packages/server/src/base/coded-error.ts";
import type {
  Beat,
  PeerAct,
  PeerAnswer,
  PeerRequest,
} from "../../packages/server/src/cluster/peer-acts.ts";
import {
  BEAT_MISSING_MS,
  type Peers,
  type PeerTarget,
  type WatchEnd,
  type WatchObserver,
} from "../../packages/server/src/cluster/peers.ts";
import type { Cancel } from "../../packages/server/src/platform/scheduler.ts";
import type { SeededRandom } from "../engine/seeded-random.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";
import type { Links, Place } from "./links.ts";
import { callerOf, type NetworkProcess, type Processes } from "./process.ts";

const REPEATED_PROBABILITY = 0.03;

export interface PeersDeps {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly links: Links;
  readonly processes: Processes;
  readonly self: NetworkProcess;
  readonly count: (what: string) => void;
  readonly observer: PeersObserver;
}

export interface PeersObserver {
  /** A request leaves the node. */
  asked(act: PeerAct): void;
  /** A confirmation arrives whose request was sent then, by virtual time. */
  confirmed(sentAtMs: number, beat: Beat): void;
}

/** The other nodes over the simulated network: as mutual TLS would have it, without the bytes. */
export class SimulatedPeers implements Peers {
  readonly #deps: PeersDeps;

  constructor(deps: PeersDeps) {
    this.#deps = deps;
  }

  call<Act extends PeerAct>(
    target: PeerTarget,
    act: Act,
    request: PeerRequest<Act>,
    deadlineMs: number,
  ): Promise<PeerAnswer<Act>> {
    const { time, self, observer } = this.#deps;
    const sentAtMs = time.nowMs;
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        reject(new CodedError("node-unreachable", { detail: reason }));
      };
      const cancel = time.after(
        deadlineMs,
        () => {
          this.#deps.count("network: call without an answer");
          fail("no answer in time");
        },
        self.life,
      );
      const settle = (deliver: () => void): void => {
        cancel();
        deliver();
      };
      observer.asked(act);
      this.#send(target, act, request, {
        answered: (answer) => {
          settle(() => {
            if (act === "confirm") {
              observer.confirmed(sentAtMs, answer as Beat);
            }
            resolve(answer);
          });
        },
        refused: (error) => {
          settle(() => {
            reject(error);
          });
        },
        unreachable: (reason) => {
          settle(() => {
            fail(reason);
          });
        },
      });
    });
  }

  watch(target: PeerTarget, observer: WatchObserver): Cancel {
    const stream = new Stream(this.#deps, target, observer);
    stream.open();
    return () => {
      stream.cancel();
    };
  }

  #send<Act extends PeerAct>(
    target: PeerTarget,
    act: Act,
    request: PeerRequest<Act>,
    reply: Reply<PeerAnswer<Act>>,
  ): void {
    const { links, processes, self, random, count } = this.#deps;
    const times = random.happens(REPEATED_PROBABILITY) ? 2 : 1;
    if (times > 1) {
      count("network: repeated request");
    }
    for (let time = 0; time < times; time += 1) {
      this.#carry(self.place, placeOf(target), () => {
        const there = reached(target, processes);
        if (there === undefined) {
          count("network: refused");
          this.#back(target, () => {
            reply.unreachable("connection refused");
          });
          return;
        }
        this.#deps.time.after(0, () => this.#serve(there, act, request, reply), there.life);
      });
    }
    if (!links.isOpen(self.place, placeOf(target))) {
      count("network: call into a cut");
    }
  }

  #serve<Act extends PeerAct>(
    there: NetworkProcess,
    act: Act,
    request: PeerRequest<Act>,
    reply: Reply<PeerAnswer<Act>>,
  ): void {
    const { self } = this.#deps;
    const caller = callerOf(there, self.tlsKey);
    const back = (deliver: () => void): void => {
      this.#carry(there.place, self.place, () => {
        this.#deps.time.after(0, deliver, self.life);
      });
    };
    if (caller === undefined || there.handlers === undefined || act === "admit") {
      this.#deps.count("network: turned away a caller");
      back(() => {
        reply.unreachable("it ended the connection");
      });
      return;
    }
    const handle = there.handlers[act] as (
      warrant: typeof caller,
      asked: PeerRequest<Act>,
    ) => Promise<PeerAnswer<Act>>;
    invoked(() => handle(caller, request)).then(
      (answer) => {
        back(() => {
          reply.answered(structuredClone(answer));
        });
      },
      (error: unknown) => {
        back(() => {
          reply.refused(error as Error);
        });
      },
    );
  }

  #back(target: PeerTarget, deliver: () => void): void {
    const { self, time } = this.#deps;
    this.#carry(placeOf(target), self.place, () => {
      time.after(0, deliver, self.life);
    });
  }

  /** One message, which is lost in a cut or by chance. */
  #carry(from: Place, to: Place, arrive: () => void): void {
    const { links, time } = this.#deps;
    time.after(links.delayMs(), () => {
      if (links.isOpen(from, to) && !links.loses(from, to)) {
        arrive();
      }
    });
  }
}

interface Reply<Answer> {
  answered(answer: Answer): void;
  refused(error: Error): void;
  unreachable(reason: string): void;
}

/** A handler that throws rejects. */
async function invoked<T>(run: () => Promise<T>): Promise<T> {
  return await run();
}

/** Addresses are `NODE:PORT`. */
function placeOf({ addresses }: PeerTarget): Place {
  return addresses[0]?.split(":")[0] ?? "nowhere";
}

/** Whoever listens there and proves to hold the warranted key. */
function reached({ addresses, tlsKey }: PeerTarget, processes: Processes) {
  const there = addresses.map((address) => processes.at(address)).find((one) => one !== undefined);
  return there !== undefined && equalBytes(there.tlsKey, tlsKey) ? there : undefined;
}

/** A stream of beats to one node. */
class Stream {
  readonly #deps: PeersDeps;
  readonly #target: PeerTarget;
  readonly #observer: WatchObserver;
  #isOver = false;
  #silence: Cancel = () => undefined;
  #cancelThere: Cancel = () => undefined;

  constructor(deps: PeersDeps, target: PeerTarget, observer: WatchObserver) {
    this.#deps = deps;
    this.#target = target;
    this.#observer = observer;
  }

  open(): void {
    const { processes, self, time } = this.#deps;
    this.#listen();
    const place = placeOf(this.#target);
    this.#carry(self.place, place, () => {
      const there = reached(this.#target, processes);
      if (there === undefined) {
        this.#carry(place, self.place, () => {
          this.#end({ kind: "closed" });
        });
        return;
      }
      time.after(0, () => this.#begin(there), there.life);
    });
  }

  cancel(): void {
    this.#isOver = true;
    this.#silence();
    const { self } = this.#deps;
    this.#carry(self.place, placeOf(this.#target), () => {
      this.#cancelThere();
    });
  }

  #begin(there: NetworkProcess): void {
    const { self, time, processes } = this.#deps;
    const caller = callerOf(there, self.tlsKey);
    if (caller === undefined || there.handlers === undefined) {
      this.#carry(there.place, self.place, () => {
        this.#end({ kind: "closed" });
      });
      return;
    }
    const watch = there.handlers.watch as (
      warrant: typeof caller,
      send: (beat: Beat) => void,
    ) => Cancel;
    this.#cancelThere = watch(caller, (beat) => {
      if (this.#isOver || callerOf(there, self.tlsKey) === undefined) {
        this.#end({ kind: "closed" }); // a node that was revoked meanwhile
        return;
      }
      const copy = structuredClone(beat);
      this.#carry(there.place, self.place, () => {
        time.after(0, () => this.#heard(copy), self.life);
      });
    });
    const look = (): void => {
      if (this.#isOver) {
        return;
      }
      if (there.life.isOver || processes.isRejecting(there.address)) {
        this.#brokenBy(there, processes);
      } else {
        time.after(LOOK_MS, look);
      }
    };
    time.after(LOOK_MS, look);
  }

  /** The process is dead: its system says so, if the network lets it. */
  #brokenBy(there: NetworkProcess, processes: Processes): void {
    const { self, links, count, time } = this.#deps;
    if (!links.isOpen(there.place, self.place)) {
      return;
    }
    const isRefusing = processes.at(there.address) === undefined;
    count(`network: stream of ${kindOf(there, isRefusing)}`);
    time.after(
      links.delayMs(),
      () =>
        this.#end(isRefusing ? { kind: "refused", address: there.address } : { kind: "closed" }),
      self.life,
    );
  }

  #heard(beat: Beat): void {
    if (!this.#isOver) {
      this.#listen();
      this.#observer.beat(beat);
    }
  }

  #listen(): void {
    const { time, self } = this.#deps;
    this.#silence();
    this.#silence = time.after(
      BEAT_MISSING_MS,
      () => {
        this.#deps.count("network: silent stream");
        this.#end({ kind: "silent" });
      },
      self.life,
    );
  }

  #end(reason: WatchEnd): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#silence();
      this.#cancelThere();
      this.#observer.ended(reason);
    }
  }

  #carry(from: Place, to: Place, arrive: () => void): void {
    const { links, time } = this.#deps;
    time.after(links.delayMs(), () => {
      if (links.isOpen(from, to) && !links.loses(from, to)) {
        arrive();
      }
    });
  }
}

function kindOf({ life }: NetworkProcess, isRefusing: boolean): string {
  if (!life.isOver) {
    return "a process that lives, refused";
  }
  return isRefusing ? "a dead process" : "an earlier process";
}

const LOOK_MS = 50;
