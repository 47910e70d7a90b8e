import type { NodeId } from "@chatelaine/crypto";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditAction } from "./audit-action.ts";
import type { AuditEntry, AuditOutcome } from "./audit-store.ts";

/** Makes audit entries; the transaction of the change writes them (P10). */
export class Auditor {
  readonly #clock: Clock;
  readonly #nodeId: NodeId;

  constructor(clock: Clock, nodeId: NodeId) {
    this.#clock = clock;
    this.#nodeId = nodeId;
  }

  entry(
    caller: Caller,
    action: AuditAction,
    about: Readonly<Record<string, string>>,
    outcome: AuditOutcome = "done",
  ): AuditEntry {
    return {
      atMs: this.#clock.wallTime(),
      nodeId: this.#nodeId,
      action,
      outcome,
      caller: caller.name,
      source: caller.source,
      requestId: caller.requestId,
      about,
    };
  }
}
