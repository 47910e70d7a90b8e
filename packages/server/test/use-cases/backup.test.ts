import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SecretBytes, decodeBackup, encodeBackup, eraseKeyringSecrets } from "@chatelaine/crypto";
import { isCoded } from "../../src/base/coded-error.ts";
import { backupMasterSecret } from "../../src/domain/master-secret/backup-master-secret.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import { candidacyFromBackup } from "../../src/domain/membership/candidacy-from-backup.ts";
import { restoreMasterSecret } from "../../src/domain/master-secret/restore-master-secret.ts";
import { secretStatus } from "../../src/domain/master-secret/secret-status.ts";
import { verifyBackup } from "../../src/domain/master-secret/verify-backup.ts";
import {
  CALLER,
  EFFECTS,
  PASSPHRASE,
  makeSystem,
  secret,
  startTestNode,
  testCipher,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

function coded(...codes: Parameters<typeof isCoded>[1][]) {
  return (error: unknown): boolean => isCoded(error, ...codes) || hasCode(error, codes);
}

/** The backup package has errors of its own; the app turns them into ours. */
function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

describe("the master secret's backup", () => {
  let system: TestSystem;
  let node: TestNode;

  beforeEach(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
  });
  afterEach(async () => {
    await node.stop();
    system.place.discard();
  });

  async function makeBackup(path = "/elsewhere/b.age"): Promise<Uint8Array> {
    using passphrase = secret(PASSPHRASE);
    const deps = { ...node, access: node, cipher: testCipher, records: node };
    const { file } = await backupMasterSecret(deps, CALLER, { path, passphrase });
    return file;
  }

  async function verify(file: Uint8Array, path: string, phrase = PASSPHRASE) {
    using passphrase = secret(phrase);
    const access = { trust: node.trust, keyring: node.keyring, identity: node.self };
    const deps = { ...node, access, cipher: testCipher, records: node };
    return await verifyBackup(deps, CALLER, { path, file, passphrase });
  }

  it("counts only once it was read back and opened (P3)", async () => {
    const file = await makeBackup();
    const made = await secretStatus(node);
    assert.equal(made.backups.length, 2);
    assert.equal(made.trial, true);
    await verify(file, "/elsewhere/b.age");
    assert.equal((await secretStatus(node)).trial, false);
  });

  it("of a trial system is a trial's until a copy elsewhere was verified", async () => {
    const { bytes, path } = system.backupFile;
    assert.ok(bytes);
    await verify(bytes, path);
    assert.equal((await secretStatus(node)).trial, true);
    await verify(bytes, "/another/disk/first.age");
    assert.equal((await secretStatus(node)).trial, false);
  });

  it("is refused when the passphrase is wrong or the file damaged, and nothing is recorded", async () => {
    const file = await makeBackup();
    const before = await secretStatus(node);
    await assert.rejects(
      verify(file, "/b", "another passphrase"),
      coded("backup-wrong-passphrase"),
    );
    const cut = file.subarray(0, file.length - 60);
    await assert.rejects(verify(cut, "/b"), coded("backup-damaged"));
    assert.deepEqual(await secretStatus(node), before);
  });

  it("is refused when it is another system's", async () => {
    const other = await makeSystem();
    other.place.discard();
    assert.ok(other.backupFile.bytes);
    await assert.rejects(verify(other.backupFile.bytes, "/b"), coded("backup-wrong-system"));
  });

  it("is refused when it lacks a version of the charter", async () => {
    const file = await withoutVersionOf(await makeBackup());
    await assert.rejects(verify(file, "/b"), coded("backup-lacks-version"));
  });

  it("is audited, made and verified", async () => {
    await verify(await makeBackup(), "/b");
    const rows = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 100 }));
    const actions = rows.map(({ action }) => action);
    assert.deepEqual(actions.slice(-2), ["secret.backup", "secret.backup.verify"]);
  });
});

/** The same backup with another secret in the place of version 1. */
async function withoutVersionOf(file: Uint8Array): Promise<Uint8Array> {
  using passphrase = secret(PASSPHRASE);
  using opened = await testCipher.decrypt(file, passphrase);
  const contents = decodeBackup(opened);
  const stranger = SecretBytes.random(EFFECTS.random, 32);
  const versions = contents.secrets.versions.map((version) => ({ ...version, secret: stranger }));
  using changed = encodeBackup({ ...contents, secrets: { ...contents.secrets, versions } });
  eraseKeyringSecrets(contents.secrets);
  return await testCipher.encrypt(changed, passphrase);
}

describe("a node whose keyring is gone", () => {
  let system: TestSystem;
  let node: TestNode;

  beforeEach(async () => {
    system = await makeSystem();
    const first = await startTestNode(system);
    await first.role.fenced("test", async ({ sealedKeyrings }) => {
      const sealed = new Uint8Array(200);
      await sealedKeyrings.put({ nodeId: first.self.nodeId, revision: 1n, sealed });
    });
    await first.stop();
    node = await startTestNode(system, "waits");
  });
  afterEach(async () => {
    await node.stop();
    system.place.discard();
  });

  async function restore(file: Uint8Array | undefined): Promise<readonly number[]> {
    using passphrase = secret(PASSPHRASE);
    const role = {
      fenced: node.role.fenced.bind(node.role),
      becomeMaster: () => node.service.becomeMaster(),
    };
    const sealing = hpkeSealing(EFFECTS.random);
    return await restoreMasterSecret(
      {
        database: node.database,
        role,
        access: node,
        self: node.self,
        cipher: testCipher,
        ...{ sealing, effects: node },
        prepareCandidacy: (secrets, own) =>
          candidacyFromBackup({ self: node.self, sealing }, secrets, own),
      },
      CALLER,
      { file: file ?? new Uint8Array(), passphrase },
    );
  }

  it("says what it waits for, and reads nothing", () => {
    const health = node.service.health();
    assert.equal(health.canRead, false);
    assert.match(health.waitingFor ?? "", /secret restore/);
    assert.ok(node.events.codes.includes("master-secret.not-opened"));
    assert.throws(
      () => node.holder.forReading(),
      (e) => isCoded(e, "master-secret-unavailable"),
    );
  });

  it("works again after a restore, also after the next start", async () => {
    assert.deepEqual(await restore(system.backupFile.bytes), [1]);
    assert.deepEqual(node.service.health(), { canRead: true, canSeal: true, isMaster: true });
    await node.stop();
    node = await startTestNode(system);
    assert.equal(node.service.health().canRead, true);
  });

  it("takes no other system's backup, and goes on waiting", async () => {
    const other = await makeSystem();
    other.place.discard();
    await assert.rejects(restore(other.backupFile.bytes), coded("backup-wrong-system"));
    assert.equal(node.service.health().canRead, false);
  });
});
