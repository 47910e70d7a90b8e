import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { localAdministrator, type Caller } from "../domain/access/caller.ts";
import { ManualClock } from "../platform/clock.ts";
import { RefusalRecorder } from "./refusal-recorder.ts";

const NOBODY: Caller = { kind: "nobody", name: "nobody", source: "127.0.0.1", requestId: "r" };

function makeRecorder() {
  const clock = new ManualClock();
  const recorded: Readonly<Record<string, string>>[] = [];
  const raised: string[] = [];
  const target = {
    recordRefusal: (_caller: Caller, about: Readonly<Record<string, string>>) => {
      recorded.push(about);
      return Promise.resolve();
    },
  };
  const events = { raise: (code: string) => raised.push(code) };
  const recorder = new RefusalRecorder(target, events, clock);
  const tell = (caller: Caller, code: Parameters<typeof recorder.tell>[0]["code"]) =>
    recorder.tell({ routeId: "config.get", code, caller, params: { application: "Orders" } });
  return { clock, recorded, raised, recorder, tell };
}

describe("refusals", () => {
  it("are recorded with what was asked for", async () => {
    const { recorded, tell } = makeRecorder();
    await tell(NOBODY, "authentication-required");
    assert.deepEqual(recorded, [
      { routeId: "config.get", code: "authentication-required", application: "Orders" },
    ]);
  });

  it("never hold what may be a token put in the wrong place (P8)", async () => {
    const { recorded, recorder } = makeRecorder();
    for (const params of [{ tokenId: "chat_a_b" }, { application: "chat_a_b" }, null, "x"]) {
      const refusal = { routeId: "token.revoke", code: "permission-denied", params } as const;
      await recorder.tell({ ...refusal, caller: NOBODY });
    }
    assert.deepEqual(
      recorded,
      Array(4).fill({ routeId: "token.revoke", code: "permission-denied" }),
    );
  });

  it("are not every mistake in a request", async () => {
    const { recorded, tell } = makeRecorder();
    await tell(localAdministrator("socket", "r"), "request-invalid");
    assert.deepEqual(recorded, []);
  });

  it("of nobody are bounded by the minute, and those left out are counted", async () => {
    const { clock, recorded, tell } = makeRecorder();
    for (let count = 0; count < 100; count += 1) {
      await tell(NOBODY, "authentication-required");
    }
    assert.equal(recorded.length, 60);
    clock.advance(60_000);
    await tell(NOBODY, "authentication-required");
    assert.equal(recorded.at(-1)?.["notRecorded"], "40");
  });

  it("of a known caller are all recorded", async () => {
    const { recorded, tell } = makeRecorder();
    for (let count = 0; count < 100; count += 1) {
      await tell(localAdministrator("socket", "r"), "application-not-found");
    }
    assert.equal(recorded.length, 100);
  });

  it("of a value that does not open are an event too", async () => {
    const { raised, tell } = makeRecorder();
    await tell(localAdministrator("socket", "r"), "cannot-open");
    assert.deepEqual(raised, ["trust.value-refused"]);
  });
});
