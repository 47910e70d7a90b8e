import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Keyring, SecretBytes, newSystemId, type Charter } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import { systemRandom } from "../../platform/random.ts";
import { ManualClock } from "../../platform/clock.ts";
import { KeyringHolder } from "./keyring-holder.ts";
import { KeyringOutdated } from "../keyring-outdated/keyring-outdated.ts";
import { KeyringWork } from "./keyring-work.ts";

type CharterVersion = Charter["versions"][number];

const SYSTEM = newSystemId(systemRandom);

function ringOf(revision: bigint, ...numbers: readonly number[]): Keyring {
  const versions = numbers.map((number, index) => ({
    number,
    state: index === numbers.length - 1 ? ("primary" as const) : ("retired" as const),
    secret: SecretBytes.copyOf(new Uint8Array(32).fill(number)),
  }));
  return Keyring.of(SYSTEM, versions, revision);
}

function listed(number: number, state: CharterVersion["state"]): CharterVersion {
  return { number, state, checkValue: new Uint8Array(32) };
}

describe("work with the keyring", () => {
  let clock: ManualClock;
  let holder: KeyringHolder;
  let refreshes: number;
  /** What the next refresh brings. */
  let brings: Keyring | undefined;
  let underWay: Promise<void> | undefined;
  let charter: Pick<Charter, "versions">;
  let work: KeyringWork;

  beforeEach(() => {
    clock = new ManualClock();
    holder = new KeyringHolder(clock);
    holder.opened(ringOf(1n, 1));
    refreshes = 0;
    brings = undefined;
    underWay = undefined;
    charter = { versions: [listed(1, "primary")] };
    const refresh = (): Promise<void> => {
      underWay ??= Promise.resolve().then(() => {
        underWay = undefined;
        refreshes += 1;
        if (brings !== undefined) {
          holder.opened(brings);
        }
      });
      return underWay;
    };
    work = new KeyringWork(holder, clock, { refresh, charter: () => charter });
  });

  /** Opens a value under that version, as use cases do. */
  function open(number: number): Promise<string> {
    return work.run(() =>
      holder.forReading().has(number)
        ? Promise.resolve("opened")
        : Promise.reject(new KeyringOutdated({ kind: "version", number }, "cannot-open")),
    );
  }

  it("refreshes once for all who meet a version that the keyring lacks", async () => {
    brings = ringOf(2n, 1, 2);
    assert.deepEqual(await Promise.all([open(2), open(2), open(2), open(1)]), [
      "opened",
      "opened",
      "opened",
      "opened",
    ]);
    assert.equal(refreshes, 1);
  });

  it("remembers for a while that there is no such version, and then looks again", async () => {
    const isRefused = (error: unknown): boolean => isCoded(error, "cannot-open");
    await assert.rejects(open(9), isRefused);
    await assert.rejects(open(9), isRefused);
    assert.equal(refreshes, 1);
    assert.equal(work.mayComeToKnow(9), false);
    assert.equal(work.mayComeToKnow(8), true);
    clock.advance(2000);
    await assert.rejects(open(9), isRefused);
    assert.equal(refreshes, 2);
  });

  it("does what cannot be done again once, and has refreshed when it is asked again", async () => {
    let begun = 0;
    brings = ringOf(2n, 1, 2);
    charter = { versions: [listed(1, "retired"), listed(2, "primary")] };
    const openOnce = (): Promise<string> =>
      work.runOnce(() => {
        begun += 1;
        if (holder.forReading().has(2)) {
          return Promise.resolve("opened");
        }
        throw new KeyringOutdated({ kind: "version", number: 2 }, "cannot-open");
      });
    await assert.rejects(openOnce(), (e) => isCoded(e, "master-secret-version-unknown"));
    assert.equal(begun, 1);
    assert.equal(await openOnce(), "opened");
    assert.equal(refreshes, 1);
  });

  it("erases no ring under what cannot be done again", async () => {
    const ring = holder.forReading();
    await work.runOnce(async () => {
      holder.opened(ringOf(2n, 1, 2));
      await Promise.resolve();
      assert.equal(ring.stateOf(1), "primary");
      assert.equal(ring.exportVersions().length, 1);
    });
    assert.throws(() => ring.exportVersions(), /after it was erased/);
  });

  it("says of a version that the charter lists that it is still to come", async () => {
    charter = { versions: [listed(1, "retired"), listed(2, "primary")] };
    const isToCome = (error: unknown): boolean => isCoded(error, "master-secret-version-unknown");
    await assert.rejects(open(2), isToCome);
    await assert.rejects(open(2), isToCome);
    assert.equal(refreshes, 1, "that it did not come is remembered as well");
    assert.equal(work.mayComeToKnow(2), true);
    brings = ringOf(2n, 1, 2);
    clock.advance(2000);
    assert.equal(await open(2), "opened");
  });

  it("does not say so of a version that was destroyed", async () => {
    charter = { versions: [listed(1, "primary"), listed(2, "destroyed")] };
    await assert.rejects(open(2), (error) => isCoded(error, "cannot-open"));
    assert.equal(work.mayComeToKnow(2), false);
  });

  it("forgets the oldest of them when somebody names ever more versions", async () => {
    for (let number = 10; number < 80; number += 1) {
      await assert.rejects(open(number));
    }
    assert.equal(work.mayComeToKnow(10), true);
    assert.equal(work.mayComeToKnow(79), false);
  });

  it("seals again after a refresh when the version that sealed is no longer primary", async () => {
    brings = ringOf(2n, 1, 2);
    const sealed = await work.run(() => {
      const { primary } = holder.forReading();
      return primary === 2
        ? Promise.resolve(primary)
        : Promise.reject(
            new KeyringOutdated({ kind: "primary" }, "master-secret-server-unavailable"),
          );
    });
    assert.equal(sealed, 2);
    assert.equal(refreshes, 1);
  });

  it("refreshes once, and then gives up", async () => {
    let attempts = 0;
    const attempt = work.run(() => {
      attempts += 1;
      return Promise.reject(
        new KeyringOutdated({ kind: "primary" }, "master-secret-server-unavailable"),
      );
    });
    await assert.rejects(attempt, (error) => isCoded(error, "master-secret-server-unavailable"));
    assert.deepEqual([attempts, refreshes], [2, 1]);
  });

  it("leaves every other failure alone", async () => {
    await assert.rejects(
      work.run(() => Promise.reject(new TypeError("other"))),
      TypeError,
    );
    assert.equal(refreshes, 0);
  });

  it("erases a keyring that was replaced when the last who reads with it has ended", async () => {
    const before = holder.forReading();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const reading = work.run(async () => {
      const ring = holder.forReading();
      await promise;
      return ring.stateOf(1);
    });
    holder.opened(ringOf(2n, 1, 2));
    const later = work.run(() => Promise.resolve(holder.forReading().revision));
    assert.equal(await later, 2n);
    assert.equal(before.stateOf(1), "primary", "whoever began later does not keep it");
    resolve(undefined);
    assert.equal(await reading, "primary");
    assert.throws(() => before.stateOf(1), /after it was erased/);
  });

  it("erases at once what nobody reads with, also a keyring that is refused", () => {
    const before = holder.forReading();
    assert.equal(holder.opened(ringOf(3n, 1, 2, 3)), true);
    assert.throws(() => before.stateOf(1), /after it was erased/);
    const older = ringOf(2n, 1, 2);
    assert.equal(holder.opened(older), false);
    assert.throws(() => older.stateOf(1), /after it was erased/);
    assert.equal(holder.forReading().revision, 3n);
  });

  it("reads nothing more, and takes no keyring, after a revocation", () => {
    holder.apply({ kind: "revoked" });
    assert.equal(holder.held(), undefined);
    assert.throws(
      () => holder.forReading(),
      (error) => isCoded(error, "master-secret-unavailable"),
    );
    assert.equal(holder.opened(ringOf(9n, 1)), false);
    assert.equal(holder.held(), undefined);
  });
});
