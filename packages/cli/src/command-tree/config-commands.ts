import { Option, type Command } from "commander";
import type { CommandContext, NodeOptions } from "../command-context.ts";
import type { ChangeOptions, SetOptions } from "../commands/config-changes.ts";
import type { ImportOptions } from "../commands/config-import.ts";
import type { GetOptions, ListOptions } from "../commands/config.ts";
import {
  asText,
  parseAssignment,
  parseCount,
  parseRevision,
  repeatable,
  withDryRun,
  withExample,
  withIfMatch,
  withNode,
} from "./shared-options.ts";

/** `config …`. */
export function addConfigCommands(program: Command, context: CommandContext): void {
  const config = program.command("config").description("items of Config Store applications");
  addReading(config, context);
  addSet(config, context);
  addDelete(config, context);
  addHistory(config, context);
  addImport(config, context);
}

function addReading(config: Command, context: CommandContext): void {
  const list = withNode(config.command("list <application>"))
    .description("identifiers and revisions of an application's items")
    .option("--prefix <text>", "only identifiers that begin with this")
    .addOption(
      new Option("--limit <count>", "at most so many")
        .argParser(parseCount)
        .default(Infinity, "all"),
    )
    .action(async (application: string, options: ListOptions) => {
      const { list: run } = await import("../commands/config.ts");
      await run(context, application, options);
    });
  withExample(list, "chatelaine config list Orders --prefix production/");
  const get = withNode(config.command("get <application> <identifier...>"))
    .description("one item or several, without what is masked")
    .option("--reveal", "with what is masked; the audit tells of it")
    .action(async (application: string, identifiers: string[], options: GetOptions) => {
      const { get: run } = await import("../commands/config.ts");
      await run(context, application, identifiers, options);
    });
  withExample(get, "chatelaine config get Orders production/db --reveal");
}

function addSet(config: Command, context: CommandContext): void {
  const set = withIfMatch(
    withNode(config.command("set <application> <identifier> [name=value...]")),
  )
    .description(
      "create an item, or change the fields that are named; the others keep their values",
    )
    .addOption(repeatable("--secret <name>", "ask for a value without showing it", asText))
    .addOption(
      repeatable(
        "--secret-file <name=file>",
        "take a value from a file, without the line break at its end",
        parseAssignment,
      ),
    )
    .addOption(
      repeatable("--from-file <name=file>", "take a value from a file, as it is", parseAssignment),
    )
    .option("--stdin", "take values from a JSON object on standard input")
    .addOption(repeatable("--unset <name>", "remove a value", asText))
    .addOption(new Option("--create", "only if there is no such item").conflicts("ifMatch"))
    .action(
      async (application: string, identifier: string, given: string[], options: SetOptions) => {
        const { set: run } = await import("../commands/config-changes.ts");
        const assignments = given.map(parseAssignment);
        await run(context, { application, identifier }, assignments, options);
      },
    );
  withExample(
    set,
    "chatelaine config set Orders production/db Server=db1 Retries=3 --secret Password",
  );
}

function addDelete(config: Command, context: CommandContext): void {
  const remove = withIfMatch(withNode(config.command("delete <application> <identifier>")))
    .description("remove an item; its history stays")
    .action(async (application: string, identifier: string, options: ChangeOptions) => {
      const { remove: run } = await import("../commands/config-changes.ts");
      await run(context, { application, identifier }, options);
    });
  withExample(remove, "chatelaine config delete Orders production/db");
}

function addHistory(config: Command, context: CommandContext): void {
  const history = withNode(config.command("history <application> <identifier>"))
    .description("former revisions of an item, newest first: when and by whom")
    .action(async (application: string, identifier: string, options: NodeOptions) => {
      const { history: run } = await import("../commands/config.ts");
      await run(context, { application, identifier }, options);
    });
  withExample(history, "chatelaine config history Orders production/db");
  const rollBack = withIfMatch(withNode(config.command("roll-back <application> <identifier>")))
    .argument("<revision>", "one that `config history` shows", parseRevision)
    .description("write the content of a former revision again, as a new one")
    .action(
      async (application: string, identifier: string, revision: string, options: ChangeOptions) => {
        const { rollBack: run } = await import("../commands/config-changes.ts");
        await run(context, { application, identifier }, revision, options);
      },
    );
  withExample(
    rollBack,
    "chatelaine config roll-back Orders production/db 0000000000000001d1f5c6a02b7e9843",
  );
}

function addImport(config: Command, context: CommandContext): void {
  const take = withDryRun(withNode(config.command("import <file>")))
    .description("write an item from a .sso export or a settings file; makes its application")
    .option("--application <name>", "whose item it is (default: name of the .sso file)")
    .option("--identifier <identifier>", "of the item (default: ConfigProperties)")
    .option("--password-file <file>", "file whose first line opens the .sso export")
    .addOption(repeatable("--unmasked <name>", "a new setting that needs no mask", asText))
    .action(async (file: string, options: ImportOptions) => {
      const { importFile } = await import("../commands/config-import.ts");
      await importFile(context, file, options);
    });
  withExample(
    take,
    "chatelaine config import Settings_Production.xml --application Orders --unmasked Url",
  );
}
