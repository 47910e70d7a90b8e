/** Holds every command that a page or a hint names to what the command line takes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommandContext } from "../packages/cli/src/command-context.ts";
import {
  completedCommands,
  type CompletedCommand,
} from "../packages/cli/src/completion/completed-commands.ts";
import { makeProgram } from "../packages/cli/src/program.ts";
import { projectFiles, readProjectFile } from "./project-files.ts";

/** A context in which nothing can be done: the tree of commands is all that is wanted. */
const CONTEXT: CommandContext = {
  terminal: {
    out: () => undefined,
    note: () => undefined,
    outFile: () => Promise.resolve(),
    isInteractive: false,
    askHidden: () => assert.fail("nothing is asked"),
    ask: () => assert.fail("nothing is asked"),
    input: () => assert.fail("nothing is read"),
  },
  environment: {},
  software: "0.0.0",
  transports: {
    socket: () => assert.fail("nothing is called"),
    url: () => assert.fail("nothing is called"),
    socketStream: () => assert.fail("nothing is called"),
    urlStream: () => assert.fail("nothing is called"),
  },
};

const COMMANDS = new Map(
  completedCommands(makeProgram(CONTEXT)).map((command) => [command.path, command]),
);

/** Of the program itself, and so on no command's list. */
const OF_ANY = ["--help", "--version"];

describe("commands named in pages and hints", () => {
  it("exist, with their options", () => {
    const files = projectFiles().filter(
      (file) => file.endsWith(".md") || /^packages\/.+\/src\/.+(?<!\.test)\.ts$/.test(file),
    );
    const problems = files.flatMap((file) =>
      commandsIn(file).flatMap((words) =>
        problemsOf(words).map((problem) => `${file}: chatelaine ${words.join(" ")}: ${problem}`),
      ),
    );
    assert.deepEqual(problems, [], "correct the text, or the tree of commands");
  });
});

/** Each command as its words: lines of blocks in pages, and what stands between backticks. */
function commandsIn(file: string): readonly (readonly string[])[] {
  const text = readProjectFile(file);
  const quoted = text.matchAll(/`chatelaine ([a-z-][^`\n]*?)\\?`/g);
  const lines = file.endsWith(".md")
    ? text.matchAll(/^(?:\$ )?(?:sudo -u chatelaine )?(?:npx --no )?chatelaine ([a-z-].*)$/gm)
    : [];
  return [...quoted, ...lines].map(([, words = ""]) => words.trim().split(/\s+/));
}

function problemsOf(words: readonly string[]): readonly string[] {
  const command = commandOf(words);
  if (command === undefined) {
    return ["no such command"];
  }
  const known = [...command.options.map(({ flag }) => flag), ...OF_ANY];
  return words
    .flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? [])
    .filter((flag) => !known.includes(flag))
    .map((flag) => `no option ${flag}`);
}

/** The command with the longest path that the words begin with; undefined: there is none. */
function commandOf(words: readonly string[]): CompletedCommand | undefined {
  const paths = words.map((_, index) => words.slice(0, index + 1).join(" ")).reverse();
  const path = paths.find((each) => COMMANDS.has(each)) ?? "";
  const next = words[path === "" ? 0 : path.split(" ").length] ?? "--help";
  const command = COMMANDS.get(path);
  return command !== undefined && isGroup(command) && !next.startsWith("--") ? undefined : command;
}

/** It does nothing by itself: what follows has to be one of its commands. */
function isGroup({ path, subcommands, options }: CompletedCommand): boolean {
  return path === "" || (subcommands.length > 0 && options.every(({ flag }) => flag === "--help"));
}
