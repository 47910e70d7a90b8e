import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CodedError, isCoded } from "../../src/base/coded-error.ts";
import { secretStatus } from "../../src/domain/master-secret/secret-status.ts";
import {
  MemoryFile,
  MemoryStateDirectory,
  makePlace,
  makeSystem,
  startTestNode,
  type TestPlace,
} from "../support/test-system.ts";

describe("creating a system", () => {
  let place: TestPlace;
  let directory: MemoryStateDirectory;
  let file: MemoryFile;

  beforeEach(() => {
    place = makePlace();
    directory = new MemoryStateDirectory();
    file = new MemoryFile();
  });
  afterEach(() => {
    place.discard();
  });

  function nothingIsLeft(): void {
    assert.equal(existsSync(place.path), false);
    assert.equal(file.bytes, undefined);
    assert.equal(directory.identity, undefined);
    assert.equal(directory.isAbandoned, true);
  }

  it("makes a node that opens its keyring, is master and is backed up", async () => {
    const node = await startTestNode(await makeSystem(place, directory, file));
    assert.deepEqual(node.service.health(), { canRead: true, canSeal: true, isMaster: true });
    const { isBackedUp, trial, versions } = await secretStatus(node);
    assert.deepEqual([isBackedUp, trial, versions.length], [true, true, 1]);
    const [first] = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 10 }));
    assert.equal(first?.action, "system.create");
    await node.stop();
  });

  it("leaves nothing when the backup cannot be written", async () => {
    file.write = () => Promise.reject(new CodedError("file-unwritable"));
    await assert.rejects(makeSystem(place, directory, file), (e) => isCoded(e, "file-unwritable"));
    nothingIsLeft();
  });

  it("leaves nothing when what was written does not open", async () => {
    file.damage = (bytes) => bytes.subarray(0, bytes.length - 40);
    await assert.rejects(makeSystem(place, directory, file), CodedErrorOrBackupError);
    nothingIsLeft();
  });

  it("leaves nothing when the database cannot be made", async () => {
    const location = { create: () => Promise.reject(new CodedError("database-unavailable")) };
    const broken = { ...place, location: { ...place.location, ...location } };
    await assert.rejects(makeSystem(broken, directory, file), (e) =>
      isCoded(e, "database-unavailable"),
    );
    nothingIsLeft();
  });

  it("refuses a database that holds a system, and keeps that system's backup", async () => {
    await makeSystem(place, directory, file);
    const second = new MemoryStateDirectory();
    const secondFile = new MemoryFile();
    await assert.rejects(makeSystem(place, second, secondFile), (e) => isCoded(e, "system-exists"));
    assert.equal(second.identity, undefined);
    assert.notEqual(file.bytes, undefined);
    assert.equal(secondFile.bytes, undefined);
  });
});

function CodedErrorOrBackupError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "backup-damaged";
}
