/** The completion scripts, and that the help of every command shows it at work. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Command } from "commander";
import { completedCommands } from "../src/completion/completed-commands.ts";
import { completionScript } from "../src/completion/completion-script.ts";
import { makeProgram } from "../src/program.ts";
import { runAgainst } from "./support/fake-node.ts";
import { requirement } from "../../../tools/requirement.ts";

const program = makeProgram({
  terminal: {
    out: () => undefined,
    note: () => undefined,
    outFile: () => Promise.resolve(),
    isInteractive: false,
    ask: () => Promise.reject(new Error("nobody is there")),
    askHidden: () => Promise.reject(new Error("nobody is there")),
    input: () => Promise.reject(new Error("nothing is there")),
  },
  environment: {},
  software: "0",
  transports: {
    socket: () => () => Promise.reject(new Error("no node is there")),
    url: () => () => Promise.reject(new Error("no node is there")),
    socketStream: () => () => Promise.reject(new Error("no node is there")),
    urlStream: () => () => Promise.reject(new Error("no node is there")),
  },
});
const commands = completedCommands(program);
const directory = mkdtempSync(join(tmpdir(), "chatelaine-completion-"));
after(() => {
  rmSync(directory, { recursive: true });
});

describe("completion in bash", { skip: requirement("bash") }, () => {
  const script = join(directory, "chatelaine.bash");
  writeFileSync(script, completionScript(program, "bash"));

  /** What bash would offer behind these words. */
  function offered(...words: readonly string[]): readonly string[] {
    const run = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chatelaine; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const shown = execFileSync("bash", ["-c", run, script, "chatelaine", ...words], {
      cwd: directory,
      encoding: "utf8",
    });
    return shown.split("\n").filter((line) => line !== "");
  }

  it("offers the nouns", () => {
    assert.deepEqual(offered("a"), ["application", "audit"]);
  });

  it("offers the verbs of a noun", () => {
    assert.deepEqual(offered("config", "")[0], "list");
    assert.deepEqual(offered("config", "d"), ["delete"]);
  });

  it("offers the options of a command, also behind its arguments", () => {
    assert.deepEqual(offered("config", "set", "Orders", "db", "A=b", "--secret"), [
      "--secret",
      "--secret-file",
    ]);
  });

  it("offers the verb below a command that is one itself", () => {
    assert.deepEqual(offered("secret", "backup", "v"), ["verify"]);
  });

  it("offers the values there are to choose from", () => {
    assert.deepEqual(offered("token", "create", "--kind", ""), ["admin", "reader"]);
    assert.deepEqual(offered("completion", "z"), ["zsh"]);
  });

  it("offers files where a file is wanted, and only there", () => {
    assert.deepEqual(offered("secret", "restore", "chat"), ["chatelaine.bash"]);
    assert.deepEqual(offered("token", "list", "--token-file", "chat"), ["chatelaine.bash"]);
    assert.deepEqual(offered("token", "create", "--name", "chat"), []);
  });

  for (const { path, subcommands } of commands) {
    it(`offers all there is below "chatelaine ${path}"`, () => {
      const below = offered(...path.split(" ").filter((word) => word !== ""), "");
      for (const { name } of subcommands) {
        assert.ok(below.includes(name), name);
      }
      assert.ok(below.includes("--help"));
    });
  }
});

for (const shell of ["zsh", "fish"] as const) {
  describe(`completion in ${shell}`, () => {
    const text = completionScript(program, shell);

    it("knows every command and option", () => {
      for (const { path, options } of commands) {
        assert.ok(text.includes(path), path);
        for (const { flag } of options) {
          assert.ok(text.includes(flag.replace(/^--/, "")), flag);
        }
      }
    });

    it("is a script without a mistake", { skip: requirement(shell) }, () => {
      const script = join(directory, `chatelaine.${shell}`);
      writeFileSync(script, text);
      execFileSync(shell, ["-n", script]);
    });
  });
}

describe("chatelaine completion", () => {
  it("prints the script", async () => {
    const { out } = await runAgainst(() => undefined, ["completion", "bash"]);
    assert.equal(out, completionScript(program, "bash"));
  });
});

describe("the help", () => {
  for (const command of leaves(program)) {
    const path = pathOf(command);

    it(`of "${path}" has an example that the command takes`, () => {
      const example = /\nExample:\n {2}(.+)$/s.exec(helpOf(command))?.[1]?.trim() ?? "";
      assert.ok(example.startsWith(path), `an example of ${path}`);
      const flags = example.match(/ --[a-z-]+/g) ?? [];
      const known = command.options.map(({ long }) => long);
      assert.deepEqual(
        flags.filter((flag) => !known.includes(flag.trim())),
        [],
      );
    });
  }
});

function leaves(command: Command): readonly Command[] {
  const below = command.commands.flatMap(leaves);
  return command.registeredArguments.length > 0 || command.commands.length === 0
    ? [command, ...below]
    : below;
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}
