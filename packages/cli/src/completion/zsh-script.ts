import type { CompletedCommand, Values } from "./completed-commands.ts";

/** For zsh 5 with its completion system. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== "");
  return `#compdef chatelaine
# Completes chatelaine in zsh. Made by: chatelaine completion zsh
_chatelaine() {
  local called="" index before="\${words[CURRENT - 1]}"
  local -a entries
  for ((index = 2; index < CURRENT; index++)); do
    case "\${called:+$called }\${words[index]}" in
      (${paths.map((path) => quoted(path)).join(" | ")})
        called="\${called:+$called }\${words[index]}" ;;
      (*) break ;;
    esac
  done
  case "$called:$before" in
${commands.flatMap(optionValues).join("\n")}
  esac
  case "$called" in
${commands.map(commandWords).join("\n")}
  esac
  (( \${#entries} )) && _describe -t commands command entries
}
if [ "$funcstack[1]" = "_chatelaine" ]; then
  _chatelaine "$@"
else
  compdef _chatelaine chatelaine
fi`;
}

function optionValues({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flag, values }) =>
    values === undefined
      ? []
      : [`    (${quoted(`${path}:${flag}`)}) ${generated(values)}; return ;;`],
  );
}

function commandWords({ path, subcommands, options, values }: CompletedCommand): string {
  const entries = [
    ...subcommands.map(({ name, description }) => entry(name, description)),
    ...options.map(({ flag, description }) => entry(flag, description)),
  ];
  return `    (${quoted(path)}) ${generated(values)}; entries=(${entries.join(" ")}) ;;`;
}

function generated(values: Values): string {
  switch (values.kind) {
    case "files":
      return "_files";
    case "directories":
      return "_files -/";
    case "words":
      return `compadd -- ${values.words.map(quoted).join(" ")}`;
    case "unknown":
      return ":";
  }
}

/** A colon parts the word from its description. */
function entry(word: string, description: string): string {
  return quoted(`${word}:${description}`);
}

/** In single quotes, which nothing ends but another one. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
