import type { CompletedCommand, CompletedOption, Values } from "./completed-commands.ts";

/** For fish 3 and later. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== "");
  return `# Completes chatelaine in fish. Made by: chatelaine completion fish
function __chatelaine_is
    set -l called ""
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$called $word")
        contains -- "$next" ${paths.map(quoted).join(" ")}; or break
        set called "$next"
    end
    test "$called" = "$argv[1]"
end
complete -c chatelaine -f
${commands.flatMap(lines).join("\n")}`;
}

function lines({ path, subcommands, options, values }: CompletedCommand): readonly string[] {
  const start = `complete -c chatelaine -n ${quoted(`__chatelaine_is "${path}"`)}`;
  return [
    ...subcommands.map(
      ({ name, description }) => `${start} -a ${quoted(name)} -d ${quoted(description)}`,
    ),
    ...options.map((option) => `${start} ${optionPart(option)}`),
    ...(values.kind === "unknown" ? [] : [`${start} ${valuePart(values)}`]),
  ];
}

function optionPart({ flag, description, values }: CompletedOption): string {
  const named = `-l ${flag.replace(/^--/, "")} -d ${quoted(description)}`;
  return values === undefined ? named : `${named} ${valuePart(values)}`;
}

/** `-x`: a value, and no files but those said; `-r -F`: a file. */
function valuePart(values: Values): string {
  switch (values.kind) {
    case "files":
      return "-r -F";
    case "directories":
      return `-x -a ${quoted("(__fish_complete_directories)")}`;
    case "words":
      return `-x -a ${quoted(values.words.join(" "))}`;
    case "unknown":
      return "-x";
  }
}

/** In single quotes, within which fish takes \\' and \\\\ for themselves. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
