import type { Argument, Command, Option } from "commander";

/** What may follow: names of files or directories, some words, or what only the user knows. */
export type Values =
  | { readonly kind: "files" | "directories" | "unknown" }
  | { readonly kind: "words"; readonly words: readonly string[] };

export interface CompletedOption {
  /** With its dashes. */
  readonly flag: string;
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly values: Values | undefined;
}

export interface CompletedCommand {
  /** Without the program's name; "" for the program itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** Of the first argument; the others are names that only the node knows. */
  readonly values: Values;
}

/** The command tree as a list, parents first. */
export function completedCommands(program: Command): readonly CompletedCommand[] {
  return visit(program, []);
}

function visit(command: Command, path: readonly string[]): readonly CompletedCommand[] {
  const { commands, options, registeredArguments } = command;
  const [argument] = registeredArguments;
  return [
    {
      path: path.join(" "),
      subcommands: commands.map((each) => ({
        name: each.name(),
        description: each.description(),
      })),
      options: [...options.map(optionOf), { ...HELP }],
      values: argument === undefined ? { kind: "unknown" } : valuesOf(argument),
    },
    ...commands.flatMap((each) => visit(each, [...path, each.name()])),
  ];
}

const HELP = { flag: "--help", description: "display help for command", values: undefined };

function optionOf(option: Option): CompletedOption {
  const { long, description, required, optional } = option;
  return {
    flag: long ?? "",
    description,
    values: required || optional ? valuesOf(option) : undefined,
  };
}

/** By the name of the value, as the help shows it. */
function valuesOf(taker: Option | Argument): Values {
  if (taker.argChoices !== undefined) {
    return { kind: "words", words: taker.argChoices };
  }
  const name = "flags" in taker ? (/<(.+)>/.exec(taker.flags)?.[1] ?? "") : taker.name();
  switch (name) {
    case "file":
      return { kind: "files" };
    case "dir":
      return { kind: "directories" };
    default:
      return { kind: "unknown" };
  }
}
