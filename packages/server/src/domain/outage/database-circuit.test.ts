import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  CLOSED,
  refusesRequests,
  stepCircuit,
  type CircuitAction,
  type CircuitEvent,
  type DatabaseCircuit,
} from "./database-circuit.ts";

const failed: CircuitEvent = { kind: "request-failed" };
const probeFailed: CircuitEvent = { kind: "probe-failed", chance: 0.5 };
const probed: CircuitEvent = { kind: "probe-succeeded" };
const waited: CircuitEvent = { kind: "wait-over" };

function run(...events: readonly CircuitEvent[]): DatabaseCircuit {
  return events.reduce((state, event) => stepCircuit(state, event).state, CLOSED);
}

function actions(...events: readonly CircuitEvent[]): readonly (CircuitAction | undefined)[] {
  let state = CLOSED;
  return events.map((event) => {
    const step = stepCircuit(state, event);
    state = step.state;
    return step.action;
  });
}

const anyEvent: fc.Arbitrary<CircuitEvent> = fc.oneof(
  fc.constantFrom(failed, probed, waited),
  fc
    .double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    .map((chance): CircuitEvent => ({ kind: "probe-failed", chance })),
);

describe("the circuit before the database", () => {
  it("lets requests through until a probe has failed", () => {
    assert.equal(refusesRequests(run()), false);
    assert.equal(refusesRequests(run(failed, failed, failed)), false);
    assert.equal(refusesRequests(run(failed, probeFailed)), true);
  });

  it("probes once for any number of failures", () => {
    assert.deepEqual(actions(failed, failed, failed), [{ kind: "probe" }, undefined, undefined]);
  });

  it("goes on as before when the probe finds the database", () => {
    assert.deepEqual(run(failed, probed), CLOSED);
    assert.deepEqual(run(failed, probeFailed, waited, probeFailed, waited, probed), CLOSED);
  });

  it("waits longer after each failed probe, up to two seconds", () => {
    const round = [waited, probeFailed];
    const waits = actions(failed, probeFailed, ...Array.from({ length: 8 }, () => round).flat());
    assert.deepEqual(
      waits.flatMap((action) => (action?.kind === "wait" ? [action.delayMs] : [])),
      [75, 150, 300, 600, 1200, 1500, 1500, 1500, 1500],
    );
  });

  it("has one probe or one wait under way whenever it is not closed, and none when it is", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        let state = CLOSED;
        let underWay: CircuitAction["kind"] | undefined;
        for (const event of events) {
          const answers = {
            "probe-succeeded": "probe",
            "probe-failed": "probe",
            "wait-over": "wait",
          };
          if (event.kind !== "request-failed" && answers[event.kind] !== underWay) {
            continue; // nothing else could say so
          }
          const ended = event.kind !== "request-failed";
          const step = stepCircuit(state, event);
          assert.ok(step.action === undefined || underWay === undefined || ended);
          underWay = step.action?.kind ?? (ended ? undefined : underWay);
          state = step.state;
          assert.equal(underWay === undefined, state.kind === "closed");
        }
      }),
    );
  });

  it("is never reopened by a late word of a probe that nobody waits for", () => {
    assert.deepEqual(run(probeFailed), CLOSED);
    assert.deepEqual(run(failed, probeFailed, probed).kind, "open");
  });
});
