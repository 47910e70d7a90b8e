/**
 * The first hour of a new user, in whole processes: what README.md shows, then a secret that is
 * edited, the passwords that a file lacks, and all of it again after the node was stopped.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { ScriptPlace } from "../../packages/cli/test/support/script-place.ts";
import {
  parseScript,
  renderOutcome,
  type Step,
} from "../../packages/cli/test/support/script-text.ts";
import { Program } from "./support/program.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const IN_A_CLONE = "npx --no chatelaine ";
const PARTNERS = "examples/bindings/partners.xml";
const NORTHWIND = "Contoso.Partners/SFTP send-port/SendToNorthwind/primary";
const FABRIKAM = "Contoso.Partners/FTP receive-location/FabrikamByFtp";

let place: ScriptPlace;
let node: Program;

before(async () => {
  place = new ScriptPlace();
  cpSync(join(ROOT, "examples"), join(place.directory, "examples"), { recursive: true });
  node = await startTrial();
});
after(async () => {
  await node.stop();
  place.discard();
});

async function startTrial(): Promise<Program> {
  const command = ["start", "--trial", "--set", "listen=127.0.0.1:0"];
  const started = Program.start(command, { cwd: place.directory });
  await started.says(/ready on http/);
  await started.says(/mastership\.acquired/);
  return started;
}

/** What the command says on both streams, as a terminal shows it. */
async function said(command: string): Promise<string> {
  const { stdout } = await place.run(`{ ${command.replaceAll(IN_A_CLONE, "chatelaine ")}; } 2>&1`);
  return stdout;
}

async function answer(command: string): Promise<string> {
  const { code, stdout, stderr } = await place.run(command);
  assert.equal(code, 0, `${command}\n${stderr}`);
  return stdout;
}

async function revealed(item: string): Promise<Readonly<Record<string, unknown>>> {
  const shown = await answer(`chatelaine config get ${item} --reveal --json`);
  return (JSON.parse(shown) as { readonly properties: Readonly<Record<string, unknown>> })
    .properties;
}

async function exported(name: string, file: string): Promise<string> {
  await answer(`rm -f ${file}; chatelaine bindings export ${name} --reveal --out ${file}`);
  return readFileSync(join(place.directory, file), "utf8");
}

/** Escaped as character data, so many times. */
function escaped(text: string, times: number): string {
  return Array.from({ length: times }).reduce<string>(
    (inner) => inner.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    text,
  );
}

function write(file: string, text: string): void {
  writeFileSync(join(place.directory, file), text, { mode: 0o600 });
}

describe("a new user", () => {
  for (const { command, expected } of readmeSteps()) {
    it(`sees what README.md shows of ${command}`, async () => {
      const shown = withoutChance(await said(command));
      const [beginning = "", ...more] = withoutChance(expected).split("…\n");
      assert.equal(more.length > 0 ? shown.slice(0, beginning.length) : shown, beginning);
    });
  }

  it("is told by npm start to try what README.md shows", () => {
    const told = [...node.stdout.matchAll(/^ {2}(npx --no chatelaine .+)$/gm)].map(
      ([, line]) => line,
    );
    const shown = readmeSteps().map(({ command }) => command);
    const [endOfTrial = "", ...toTry] = told;
    assert.match(endOfTrial, /secret backup --to /);
    assert.ok(toTry.length > 0);
    assert.deepEqual(
      toTry.filter((command) => !shown.includes(command ?? "")),
      [],
    );
  });

  it("edits secrets, and finds them as the only difference in the exported file", async () => {
    const imported = await exported("partners", "before.xml");
    const flat = "wölf & <lamb>";
    const nested = "a > b && c";
    write("flat", `${flat}\n`);
    write("nested", `${nested}\n`);
    await answer(`chatelaine config set ${NORTHWIND} --secret-file Password=flat`);
    const former = String((await revealed(FABRIKAM))["AdapterConfig.password"]);
    const one = await exported("partners", "one.xml");
    assert.equal(one, imported.replace("Larkspur!2291", escaped(flat, 2)));
    await answer(`chatelaine config set ${FABRIKAM} --secret-file AdapterConfig.password=nested`);
    const two = await exported("partners", "two.xml");
    assert.equal(
      two,
      one.replace(`&amp;gt;${escaped(former, 3)}&amp;lt;`, `&amp;gt;${escaped(nested, 3)}&amp;lt;`),
    );
    assert.notEqual(two, one);
  });

  it("reads the edited file back as what was edited", async () => {
    const shown = await answer(
      "chatelaine bindings import two.xml --name partners --dry-run --json",
    );
    const { files } = JSON.parse(shown) as { readonly files: readonly [Imported] };
    const changed = files[0].items.filter(({ outcome }) => outcome !== "unchanged");
    assert.deepEqual(changed, []);
  });

  it("gives the passwords that a file lacks by the commands that the import prints", async () => {
    write("missing", "given afterwards\n");
    const printed = await answer("chatelaine bindings import examples/bindings/orders.xml");
    const commands = printed.match(/(?<=^ {4})chatelaine config set .+$/gm) ?? [];
    assert.equal(commands.length, 3);
    for (const command of commands) {
      await answer(command.replace(/--secret (\S+)/g, "--secret-file $1=missing"));
    }
    const again = await answer("chatelaine bindings import examples/bindings/orders.xml");
    assert.match(again, /^kept secrets {2}3, which the file lacks$/m);
    assert.doesNotMatch(again, /config set/);
    const { Password } = await revealed("Contoso.Orders/FILE receive-location/OrdersFromFiles");
    assert.equal(Password, "given afterwards");
  });

  it("finds all of it again after a stop and a start", async () => {
    const former = await exported("orders", "former.xml");
    await node.stop();
    node = await startTrial();
    assert.equal(await exported("orders", "again.xml"), former);
    assert.equal(await exported("partners", "three.xml"), readText("two.xml"));
    assert.equal((await revealed(NORTHWIND))["Password"], "wölf & <lamb>");
  });

  it("has the imported file back, byte for byte, when it is imported again", async () => {
    await answer(`chatelaine bindings import ${PARTNERS}`);
    assert.equal(await exported("partners", "same.xml"), readText(PARTNERS));
  });

  it("gives away no secret without --reveal", async () => {
    const masked = await answer("chatelaine bindings export partners");
    for (const secret of ["Larkspur!2291", "gorse-heath-lintel"]) {
      assert.ok(readText(PARTNERS).includes(secret));
      assert.ok(!masked.includes(secret));
    }
  });
});

interface Imported {
  readonly items: readonly { readonly outcome: string }[];
}

function readText(file: string): string {
  return readFileSync(join(place.directory, file), "utf8");
}

/** The commands of the page that a node answers, with what the page shows of each. */
function readmeSteps(): readonly Step[] {
  const blocks = readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/^```\n(.*?)^```$/gms);
  const steps = [...blocks]
    .flatMap(([, block = ""]) => parseScript(block).steps)
    .filter(({ command }) => command.startsWith(IN_A_CLONE));
  assert.ok(steps.length > 0, "README.md shows nothing of a node");
  return steps;
}

/** With names for times, ids and what else differs from run to run. */
function withoutChance(stdout: string): string {
  return renderOutcome({ code: 0, stdout, stderr: "" }, place);
}
