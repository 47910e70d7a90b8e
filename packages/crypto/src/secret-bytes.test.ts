import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { format, inspect } from "node:util";
import { InvariantBroken } from "./invariant.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { text } from "./text.ts";
import { seededRandom } from "../test/statement-fixtures.ts";

const PASSWORD = "correct horse battery staple";

describe("SecretBytes", () => {
  it("are never printed", () => {
    const secret = SecretBytes.take(text(PASSWORD));
    const holder = { user: "ada", secret, list: [secret] };
    const printed = [
      String(secret),
      `a template ${secret as unknown as string}`,
      JSON.stringify(holder),
      inspect(holder, { depth: 9, showHidden: true, getters: true, customInspect: true }),
      inspect(secret, { customInspect: false, showHidden: true }),
      format("%s %o %O %j %d", secret, secret, secret, secret, secret),
      logged(holder),
      new InvariantBroken(`no ${secret.toString()}`).message,
      inspect(Object.assign(new InvariantBroken("no"), { secret })),
      JSON.stringify(Object.entries(secret)),
      inspect(structuredClone({ entries: Object.entries(secret), keys: Reflect.ownKeys(secret) })),
    ];
    for (const line of printed) {
      assert.ok(!reveals(line), line);
    }
    assert.equal(String(secret), "[secret]");
    assert.equal(inspect(secret), "[secret]");
    assert.equal(JSON.stringify(secret), '"[secret]"');
  });

  it("are printed where they are used by name: the check above finds a leak", () => {
    const secret = SecretBytes.take(text(PASSWORD));
    assert.ok(reveals(secret.use((bytes) => inspect(bytes))));
    assert.ok(reveals(secret.use((bytes) => Buffer.from(bytes).toString())));
  });

  it("own a buffer that was handed over, and overwrite it", () => {
    const bytes = text(PASSWORD);
    const secret = SecretBytes.take(bytes);
    secret.erase();
    assert.deepEqual(bytes, new Uint8Array(PASSWORD.length));
  });

  it("copy a buffer that stays another's", () => {
    const bytes = text(PASSWORD);
    using secret = SecretBytes.copyOf(bytes);
    bytes.fill(0);
    assert.deepEqual(
      secret.use((lent) => Uint8Array.from(lent)),
      text(PASSWORD),
    );
  });

  it("are gone after the end of their block", () => {
    const bytes = text(PASSWORD);
    {
      using secret = SecretBytes.take(bytes);
      assert.equal(secret.length, PASSWORD.length);
    }
    assert.deepEqual(bytes, new Uint8Array(PASSWORD.length));
  });

  it("cannot be used after they were erased", () => {
    const secret = SecretBytes.random(seededRandom("erased"), 32);
    secret.erase();
    secret.erase();
    assert.throws(() => secret.use(() => 0), InvariantBroken);
    assert.throws(() => secret.length, InvariantBroken);
    assert.equal(inspect(secret), "[secret]");
  });

  it("come from the random source that was passed", () => {
    using secret = SecretBytes.random(seededRandom("same"), 32);
    assert.deepEqual(
      secret.use((lent) => Uint8Array.from(lent)),
      seededRandom("same").bytes(32),
    );
  });
});

/** Whether the text shows the password as characters, as numbers, in hexadecimal or in base64. */
function reveals(line: string): boolean {
  const bytes = Buffer.from(PASSWORD);
  const spellings = [
    PASSWORD.slice(0, 7),
    [...bytes.subarray(0, 3)].join(", "),
    [...bytes.subarray(0, 3)].join(","),
    bytes.subarray(0, 3).toString("hex"),
    bytes.subarray(0, 6).toString("base64"),
  ];
  return spellings.some((spelling) => line.includes(spelling));
}

function logged(value: unknown): string {
  let written = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  new Console(stream).log(value, [value]);
  return written;
}
