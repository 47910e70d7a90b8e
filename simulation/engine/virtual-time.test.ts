import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Life } from "./life.ts";
import { runEvents } from "./run-events.ts";
import { SeededRandom } from "./seeded-random.ts";
import { BEGINNING_MS, VirtualTime } from "./virtual-time.ts";

const always = (): boolean => false;

describe("virtual time", () => {
  it("lets things happen by their instants, and those of one instant as they were planned", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), async (delays) => {
        const time = new VirtualTime();
        const happened: [number, number][] = [];
        delays.forEach((delayMs, index) =>
          time.after(delayMs, () => {
            assert.equal(time.nowMs, BEGINNING_MS + delayMs);
            happened.push([delayMs, index]);
          }),
        );
        await runEvents(time, always);
        const expected = delays
          .map((delayMs, index): [number, number] => [delayMs, index])
          .toSorted(([a, i], [b, j]) => a - b || i - j);
        assert.deepEqual(happened, expected);
      }),
    );
  });

  it("lets what is set in motion come to rest before the next thing happens", async () => {
    const time = new VirtualTime();
    const happened: string[] = [];
    time.after(1, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => happened.push("first"));
    });
    time.after(1, () => void happened.push("second"));
    await runEvents(time, always);
    assert.deepEqual(happened, ["first", "second"]);
  });

  it("keeps what happens to a frozen process until it goes on, in order", async () => {
    const time = new VirtualTime();
    const life = new Life();
    const happened: number[] = [];
    for (const ms of [1, 2, 3]) {
      time.after(ms, () => void happened.push(ms), life);
    }
    life.freeze();
    time.after(10, () => {
      assert.deepEqual(happened, []);
      time.thaw(life);
    });
    await runEvents(time, always);
    assert.deepEqual(happened, [1, 2, 3]);
  });

  it("lets nothing happen to a process that is over", async () => {
    const time = new VirtualTime();
    const life = new Life();
    time.after(1, () => assert.fail("it is over"), life);
    life.end();
    await runEvents(time, always);
  });
});

describe("seeded chance", () => {
  it("repeats itself, and is another for another seed", () => {
    const draw = (seed: number): string =>
      Buffer.from(new SeededRandom(seed).bytes(16)).toString("hex");
    assert.equal(draw(1), draw(1));
    assert.notEqual(draw(1), draw(2));
  });

  it("draws every one of a few about as often", () => {
    const random = new SeededRandom(3);
    const counts = [0, 0, 0, 0];
    for (let draws = 0; draws < 4000; draws += 1) {
      const index = random.below(counts.length);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    assert.ok(
      counts.every((count) => count > 900 && count < 1100),
      counts.join(" "),
    );
  });
});
