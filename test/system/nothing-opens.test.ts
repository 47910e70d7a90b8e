/** P8, P11: without node key and backup the disk holds nothing that opens anything. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  fromHex,
  openCharter,
  openWarrant,
  toBase32,
  toBase64,
  toHex,
  eraseKeyringSecrets,
  type KeyringSecrets,
} from "@chatelaine/crypto";
import { StateDirectory } from "../../packages/server/src/app/state-directory.ts";
import { openSealedKeyring } from "../../packages/server/src/domain/keyring/open-keyring.ts";
import { findKeys, type PublicFacts } from "./support/key-search.ts";
import { Program, runToSuccess } from "./support/program.ts";
import { TestNode } from "./support/test-node.ts";
import { TestSystem } from "./support/test-system.ts";

const VALUE = "the password of the orders queue";
/** What the thief does not have. */
const NOT_STOLEN = ["passphrase", "backup.age", "state/node.key"];

describe("a stolen disk", () => {
  let system: TestSystem;
  let stolen: ReadonlyMap<string, Uint8Array>;
  let facts: PublicFacts;
  let nodeKey: Uint8Array;
  let secrets: KeyringSecrets;

  before(async () => {
    system = new TestSystem();
    await runToSuccess([...system.initCommand(), "--reminder", "as on the first day"]);
    await useIt(system);
    stolen = filesBelow(system.directory);
    nodeKey = readFileSync(join(system.state, "node.key"));
    facts = await publicFacts(system);
    secrets = await keyringOf(system);
  });
  after(async () => {
    eraseKeyringSecrets(secrets);
    await system.discard();
  });

  it("has what the test believes it has", () => {
    const names = [...stolen.keys()].filter((name) => !name.startsWith("state/lock-")).sort();
    assert.deepEqual(names, [
      "backup.age.txt",
      "node.log",
      "sso.db",
      "sso.db-shm",
      "sso.db-wal",
      "state/disclosures.spool",
      "state/identity.json",
      "state/lock",
      "state/seen.json",
    ]);
  });

  it("opens nothing, whatever of its bytes is tried as a key", () => {
    assert.deepEqual(findKeys([...stolen.values()], facts), new Set());
  });

  it("tells no clear text", () => {
    for (const [name, content] of stolen) {
      assert.ok(!Buffer.from(content).includes(VALUE), name);
    }
  });

  it("would open with the node key, which the same search finds", () => {
    const found = findKeys([nodeKey], facts);
    assert.deepEqual([...found].sort(), ["Ed25519 key", "P-256 key", "X25519 key"]);
  });

  for (const [form, write] of [
    ["raw", (bytes: Uint8Array) => bytes],
    ["hex", (bytes: Uint8Array) => Buffer.from(`key=${toHex(bytes)};`)],
    ["base64", (bytes: Uint8Array) => Buffer.from(`{"key":"${toBase64(bytes)}"}`)],
    ["base32", (bytes: Uint8Array) => Buffer.from(`aa${toBase32(bytes)}`)],
  ] as const) {
    it(`would open if the master secret were left somewhere in ${form}`, () => {
      const left = secrets.versions[0]?.secret.use((bytes) =>
        Buffer.concat([Buffer.alloc(7), write(bytes), Buffer.alloc(5)]),
      );
      assert.deepEqual(findKeys([left ?? Buffer.alloc(0)], facts), new Set(["master secret"]));
    });
  }
});

/** A running node with a sealed value, of which the log and the write-ahead log are kept. */
async function useIt(system: TestSystem): Promise<void> {
  const testNode = await TestNode.open(system.state);
  await testNode.master();
  const application = await testNode.createApplication("Orders");
  await testNode.set(application, "Queue", new TextEncoder().encode(VALUE));
  await testNode.stop();
  const node = Program.start([
    ...["start", "--state-dir", system.state, "--set", "listen=127.0.0.1:0"],
    ...["--set", "log.level=debug"],
  ]);
  await node.says(/"mastership\.acquired"/);
  await runToSuccess([
    ...["secret", "backup", "verify", system.backup, "--state-dir", system.state],
    ...["--passphrase-file", system.passphraseFile],
  ]);
  // Killed, as a thief pulls the plug: nothing is tidied up.
  const { stdout, stderr } = await node.stop("SIGKILL");
  writeFileSync(system.path("node.log"), stdout + stderr);
}

function filesBelow(directory: string): ReadonlyMap<string, Uint8Array> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => !NOT_STOLEN.includes(name));
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

/** From the database and the identity: what needs no key to read. */
async function publicFacts(system: TestSystem): Promise<PublicFacts> {
  const { systemId, authorityKey } = await new StateDirectory(system.state).self();
  const [row] = await system.database.query(
    "select note, warrant, lower(hex(check_value)) as check_value from charter, node, version",
  );
  const charter = openCharter(String(row?.["note"]), systemId, authorityKey);
  const warrant = openWarrant(String(row?.["warrant"]), systemId, authorityKey);
  return {
    systemId,
    checkValue: fromHex(String(row?.["check_value"])),
    ed25519Keys: [authorityKey, warrant.statementKey],
    x25519Keys: [warrant.hpkeKey],
    p256Keys: [charter.caKey, warrant.tlsKey],
  };
}

/** With the node key: the way in that the thief lacks. */
async function keyringOf(system: TestSystem): Promise<KeyringSecrets> {
  const self = await new StateDirectory(system.state).self();
  const [row] = await system.database.query("select hex(sealed) as sealed from sealed_keyring");
  const sealed = fromHex(String(row?.["sealed"]).toLowerCase());
  return openSealedKeyring(self, { nodeId: self.nodeId, revision: 1n, sealed });
}
