/** P8: a member has the master secret in its memory and nowhere else, and there until revoked. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBackup } from "@chatelaine/backup";
import { SecretBytes, eraseKeyringSecrets } from "@chatelaine/crypto";
import { deriveApplicationKey, derivePurposeKey } from "../../packages/crypto/src/purpose-keys.ts";
import { StateDirectory } from "../../packages/server/src/app/state-directory.ts";
import { requirement } from "../../tools/requirement.ts";
import { foundIn, needlesOf, rawNeedlesOf, type Needle } from "./support/byte-needles.ts";
import type { ClusterProcess } from "./support/cluster-process.ts";
import { eventually } from "./support/eventually.ts";
import { searchMemory } from "./support/process-memory.ts";
import { runToSuccess } from "./support/program.ts";
import { APPLICATION, TestCluster } from "./support/test-cluster.ts";
import { PASSPHRASE } from "./support/test-system.ts";
import { Reader, Sealer } from "./support/workload.ts";

const WORKED = 50;
const WORKS_WITHIN_MS = 30_000;
/** Until a node that is revoked has freed the keys that Node held for it. */
const FREED_WITHIN_MS = 5000;
const SETTINGS = ["log.level=debug", "cachedSecret.memberPollMs=100"];

describe("the memory of a member", { skip: requirement("process-memory") }, () => {
  let cluster: TestCluster;
  let member: ClusterProcess;
  let token: string;
  let master: readonly Needle[];
  let derived: readonly Needle[];

  before(async () => {
    cluster = await TestCluster.found({ settings: SETTINGS });
    token = await cluster.furnish();
    member = await cluster.join("member");
    await member.start();
    await member.until("to seal", ({ health }) => health.canSeal);
    ({ master, derived } = await needles(cluster));
  });
  after(() => cluster.discard());

  it("is the one place where the master secret is", async () => {
    await work(member, token);
    assert.ok(searchMemory(member.pid, master).length > 0, "the search finds it there");
    assert.ok(searchMemory(member.pid, derived).length > 0, "and the keys derived from it");
    const { directory } = cluster.system;
    assert.deepEqual(placesOnDisk(directory, [...master, ...derived]), []);
    assert.deepEqual(foundIn(Buffer.from(member.said), [...master, ...derived]), []);
  });

  it("does not hold it any more when the member is revoked, while it is read from", async () => {
    const callers = [new Reader(member, token), new Sealer(member, token)];
    const on = ["--state-dir", cluster.master.stateDirectory];
    await runToSuccess(["node", "revoke", member.name, "--yes", ...on]);
    await member.until("to be revoked", ({ cachedSecret }) => cachedSecret === "revoked");
    await Promise.all(callers.map((caller) => caller.stop()));
    assert.deepEqual(searchMemory(member.pid, master), []);
  });

  it("loses the keys derived from it as well", async () => {
    await eventually("to be freed", FREED_WITHIN_MS, () => {
      const finds = searchMemory(member.pid, derived);
      return finds.length === 0 || undefined;
    });
    assert.equal((await member.status()).cachedSecret, "revoked");
    assert.deepEqual(searchMemory(member.pid, [...master, ...derived]), []);
  });
});

/** Reads and seals for a while: what a member derives from the master secret is there then. */
async function work(node: ClusterProcess, token: string): Promise<void> {
  const reader = new Reader(node, token);
  const sealer = new Sealer(node, token);
  await eventually("to read and to seal", WORKS_WITHIN_MS, () =>
    reader.done >= WORKED && sealer.sealings.length >= WORKED ? true : undefined,
  );
  await Promise.all([reader.stop(), sealer.stop()]);
  assert.deepEqual(reader.failures, []);
}

/** Of the master secret and of what is derived from it, by way of the backup. */
async function needles({ system }: TestCluster): Promise<{
  readonly master: readonly Needle[];
  readonly derived: readonly Needle[];
}> {
  using passphrase = SecretBytes.copyOf(new TextEncoder().encode(PASSPHRASE));
  const { secrets } = await openBackup(readFileSync(system.backup), passphrase);
  const { systemId } = await new StateDirectory(system.state).self();
  const [row] = await system.database.query(
    `select application_id, generation from application where name = '${APPLICATION}'`,
  );
  const found = secrets.versions.map(({ number, secret }) => {
    const version = { systemId, number, secret };
    const keys = {
      stamp: derivePurposeKey(version, "stamp"),
      idempotency: derivePurposeKey(version, "idempotency"),
      value: deriveApplicationKey(
        version,
        String(row?.["application_id"]),
        Number(row?.["generation"]),
      ),
    };
    return {
      master: secret.use((bytes) => needlesOf("master secret", bytes)),
      derived: Object.entries(keys).flatMap(([name, key]) => rawNeedlesOf(name, key.export())),
    };
  });
  eraseKeyringSecrets(secrets);
  return {
    master: found.flatMap((one) => one.master),
    derived: found.flatMap((one) => one.derived),
  };
}

function placesOnDisk(directory: string, sought: readonly Needle[]): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => foundIn(readFileSync(path), sought).map((find) => `${path}: ${find}`));
}
