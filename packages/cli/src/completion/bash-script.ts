import type { CompletedCommand, Values } from "./completed-commands.ts";

/** For bash 3.2 and later; needs nothing of the package bash-completion. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== "");
  return `# Completes chatelaine in bash. Made by: chatelaine completion bash
_chatelaine() {
  local command="" index word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}"
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${command:+$command }\${COMP_WORDS[index]}" in
      ${paths.map(quoted).join(" | ")})
        command="\${command:+$command }\${COMP_WORDS[index]}" ;;
      *) break ;;
    esac
  done
  COMPREPLY=()
  case "$command:$before" in
${commands.flatMap(optionValues).join("\n")}
  esac
  case "$command" in
${commands.map(commandWords).join("\n")}
  esac
}
complete -o filenames -F _chatelaine chatelaine`;
}

/** What may stand behind an option that takes a value; nothing else may. */
function optionValues({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flag, values }) =>
    values === undefined
      ? []
      : [`    ${quoted(`${path}:${flag}`)}) ${generated(values, [])}; return ;;`],
  );
}

function commandWords({ path, subcommands, options, values }: CompletedCommand): string {
  const words = [...subcommands.map(({ name }) => name), ...options.map(({ flag }) => flag)];
  return `    ${quoted(path)}) ${generated(values, words)} ;;`;
}

function generated(values: Values, words: readonly string[]): string {
  const all = values.kind === "words" ? [...values.words, ...words] : words;
  const action = values.kind === "files" ? "-f " : values.kind === "directories" ? "-d " : "";
  return all.length === 0 && action === ""
    ? ":"
    : `COMPREPLY=($(compgen ${action}-W ${quoted(all.join(" "))} -- "$word"))`;
}

function quoted(text: string): string {
  return `"${text}"`;
}
