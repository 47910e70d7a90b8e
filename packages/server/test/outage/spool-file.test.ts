import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import fc from "fast-check";
import { SpoolFile } from "../../src/app/spool-file.ts";
import { decodeRecord, encodeRecord } from "../../src/app/spool-record.ts";
import { isCoded } from "../../src/base/coded-error.ts";
import { NODE_ITSELF } from "../../src/domain/access/caller.ts";
import type { AuditGroup } from "../../src/domain/audit/audit-store.ts";
import { Auditor } from "../../src/domain/audit/auditor.ts";
import { ManualClock } from "../../src/platform/clock.ts";

const ROOMY = 1_000_000;
const directory = mkdtempSync(join(tmpdir(), "chatelaine-spool-"));
const auditor = new Auditor(new ManualClock(), parseNodeId("nod_aaaaaaaaaaaaaaaa"));

function groupOf(groupId: string, entries = 1): AuditGroup {
  const entry = auditor.entry(NODE_ITSELF, "config.reveal", { identifier: `größe ${groupId}` });
  return { groupId, entries: Array.from({ length: entries }, () => entry) };
}

describe("the spool of disclosures", () => {
  let count = 0;
  let path: string;

  beforeEach(() => {
    count += 1;
    path = join(directory, String(count));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  async function opened(bytesMax = ROOMY): Promise<SpoolFile> {
    return (await SpoolFile.open(path, bytesMax)).spool;
  }

  async function filled(...ids: readonly string[]): Promise<SpoolFile> {
    const spool = await opened();
    for (const id of ids) {
      await spool.append(groupOf(id));
    }
    return spool;
  }

  async function ids(spool: SpoolFile, entriesMax = 1000): Promise<readonly string[]> {
    return (await spool.oldest(entriesMax)).map(({ groupId }) => groupId);
  }

  it("gives back what was put in, in its order", async () => {
    const spool = await filled("a", "b", "c");
    assert.deepEqual(
      await spool.oldest(1000),
      ["a", "b", "c"].map((id) => groupOf(id)),
    );
    await spool.close();
  });

  it("keeps it over the end of the process, for its owner alone", async () => {
    await (await filled("a", "b")).close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const spool = await opened();
    assert.deepEqual(await ids(spool), ["a", "b"]);
    await spool.close();
  });

  it("gives only so many entries at once, and never none", async () => {
    const spool = await opened();
    await spool.append(groupOf("large", 50));
    await spool.append(groupOf("a"));
    await spool.append(groupOf("b"));
    assert.deepEqual(await ids(spool, 10), ["large"]);
    await spool.drop(1);
    assert.deepEqual(await ids(spool, 1), ["a"]);
    assert.deepEqual(await ids(spool, 2), ["a", "b"]);
    await spool.close();
  });

  it("is empty, on the disk too, once everything was dropped", async () => {
    const spool = await filled("a", "b");
    await ids(spool);
    await spool.drop(1);
    assert.ok(spool.bytes > 0);
    assert.deepEqual(await ids(spool), ["b"]);
    await spool.drop(1);
    assert.equal(spool.bytes, 0);
    assert.ok(statSync(path).size < 50);
    await spool.append(groupOf("c"));
    assert.deepEqual(await ids(spool), ["c"]);
    await spool.close();
  });

  it("ships again what was dropped but not yet removed when the process ended", async () => {
    const spool = await filled("a", "b");
    await ids(spool);
    await spool.drop(1);
    await spool.close();
    const again = await opened();
    assert.deepEqual(await ids(again), ["a", "b"], "the audit knows them by their ids");
    await again.close();
  });

  it("cuts off a torn end, wherever it is torn, and nothing before it", async () => {
    await (await filled("a", "b")).close();
    const whole = readFileSync(path);
    const second = whole.length - encodeRecord(groupOf("b")).length;
    for (let size = second; size < whole.length; size += 1) {
      truncateSync(path, size);
      const { spool, cutBytes } = await SpoolFile.open(path, ROOMY);
      assert.deepEqual(await ids(spool), ["a"]);
      assert.equal(cutBytes, size - second);
      assert.equal(statSync(path).size, second);
      await spool.append(groupOf("c"));
      assert.deepEqual(await ids(spool), ["a", "c"]);
      await spool.close();
      truncateSync(path, second);
      appendFileSync(path, whole.subarray(second));
    }
  });

  it("cuts off an end whose bytes are not those that were written", async () => {
    await (await filled("a", "b")).close();
    const whole = readFileSync(path);
    const last = whole.at(-1) ?? 0;
    truncateSync(path, whole.length - 1);
    appendFileSync(path, Buffer.from([last ^ 1]));
    const spool = await opened();
    assert.deepEqual(await ids(spool), ["a"]);
    await spool.close();
  });

  it("refuses what does not fit, and goes on when there is room again", async () => {
    const spool = await opened(encodeRecord(groupOf("a")).length * 2 + 30);
    await spool.append(groupOf("a"));
    await spool.append(groupOf("b"));
    await assert.rejects(spool.append(groupOf("c")), (error) =>
      isCoded(error, "audit-unavailable"),
    );
    await ids(spool);
    await spool.drop(2);
    await spool.append(groupOf("d"));
    assert.deepEqual(await ids(spool), ["d"]);
    await spool.close();
  });

  it("refuses what the disk does not take, and loses nothing that it took", async () => {
    const full = await SpoolFile.open("/dev/full", ROOMY).catch((error: unknown) => error);
    assert.ok(isCoded(full, "file-unwritable"));
  });

  it("takes many at once, each once", async () => {
    const spool = await opened();
    const wanted = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(wanted.map((id) => spool.append(groupOf(id))));
    assert.deepEqual(await ids(spool), wanted);
    await spool.close();
  });

  it("finds its records in a file longer than it reads at once", async () => {
    const spool = await opened(20_000_000);
    const wanted = Array.from({ length: 12 }, (_, index) => String(index));
    for (const id of wanted) {
      await spool.append(groupOf(id, 1000));
    }
    assert.ok(statSync(path).size > 2 * 1024 * 1024);
    assert.deepEqual(await ids(spool, 1_000_000), wanted);
    await spool.close();
    const again = await opened(20_000_000);
    assert.deepEqual(await ids(again, 1_000_000), wanted);
    await again.close();
  });

  it("does not follow a link that somebody has put in its place", async () => {
    const target = join(directory, "target");
    await (await open(target, "w")).close();
    symlinkSync(target, path);
    await assert.rejects(SpoolFile.open(path, ROOMY), (error) => isCoded(error, "file-unwritable"));
  });
});

describe("a record of the spool", () => {
  it("is itself, or none, whatever byte of it was changed", () => {
    const record = encodeRecord(groupOf("a", 3));
    assert.deepEqual(decodeRecord(record, 0), { group: groupOf("a", 3), end: record.length });
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(record);
        changed[at] = (changed[at] ?? 0) ^ change;
        assert.equal(decodeRecord(changed, 0), undefined);
      }),
    );
  });

  it("is none while any of it is missing", () => {
    const record = encodeRecord(groupOf("a"));
    for (let length = 0; length < record.length; length += 1) {
      assert.equal(decodeRecord(record.subarray(0, length), 0), undefined);
    }
  });
});
