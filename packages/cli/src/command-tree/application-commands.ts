import { Option, type Command } from "commander";
import {
  APPLICATION_TYPES,
  FLAG_NAMES,
  parseField,
  parseFlag,
  parseRenaming,
} from "../application-options.ts";
import type { CommandContext, NodeOptions } from "../command-context.ts";
import type {
  ChangeOptions,
  CreateOptions,
  DeleteOptions,
  ListOptions,
  UpdateOptions,
} from "../commands/application.ts";
import type { ImportOptions } from "../commands/application-import.ts";
import {
  asText,
  parseCount,
  repeatable,
  withDryRun,
  withExample,
  withIfMatch,
  withNode,
} from "./shared-options.ts";

/** `application …`. */
export function addApplicationCommands(program: Command, context: CommandContext): void {
  const application = program.command("application").description("affiliate applications");
  addReading(application, context);
  addCreate(application, context);
  addUpdate(application, context);
  addSwitches(application, context);
  addImport(application, context);
  const remove = withIfMatch(withNode(application.command("delete <application>")))
    .description("remove an application, its items and their history, for good")
    .option("--yes", "do not ask")
    .action(async (name: string, options: DeleteOptions) => {
      const { remove: run } = await import("../commands/application.ts");
      await run(context, name, options);
    });
  withExample(remove, "chatelaine application delete Orders");
}

function addReading(application: Command, context: CommandContext): void {
  const list = withNode(application.command("list"))
    .description("applications by name")
    .addOption(
      new Option("--limit <count>", "at most so many")
        .argParser(parseCount)
        .default(Infinity, "all"),
    )
    .action(async (options: ListOptions) => {
      const { list: run } = await import("../commands/application.ts");
      await run(context, options);
    });
  withExample(list, "chatelaine application list");
  const show = withNode(application.command("show <application>"))
    .description("one application, by name or id, with its fields and flags")
    .action(async (name: string, options: NodeOptions) => {
      const { show: run } = await import("../commands/application.ts");
      await run(context, name, options);
    });
  withExample(show, "chatelaine application show Orders");
}

function addCreate(application: Command, context: CommandContext): void {
  const create = withSettings(withNode(application.command("create <name>")))
    .description("create an application, disabled unless --enable is given")
    .addOption(
      new Option("--type <type>", "what it is for")
        .choices(APPLICATION_TYPES)
        .makeOptionMandatory(),
    )
    .option("--enable", "let it be used at once")
    .action(async (name: string, options: CreateOptions) => {
      const { create: run } = await import("../commands/application.ts");
      await run(context, name, options);
    });
  withExample(
    create,
    "chatelaine application create Orders --type config-store \\\n" +
      "    --field Server --field Retries:number --field Password:masked --enable",
  );
}

function addUpdate(application: Command, context: CommandContext): void {
  const update = withIfMatch(withSettings(withNode(application.command("update <application>"))))
    .description("change what is named; fields are added, renamed or masked, never removed")
    .addOption(repeatable("--rename-field <old=new>", "give a field another name", parseRenaming))
    .addOption(repeatable("--mask <field>", "leave a field out unless revealed, for ever", asText))
    .action(async (name: string, options: UpdateOptions) => {
      const { update: run } = await import("../commands/application.ts");
      await run(context, name, options);
    });
  withExample(
    update,
    "chatelaine application update Orders --field Timeout:number --mask Password",
  );
}

function addSwitches(application: Command, context: CommandContext): void {
  const enable = withIfMatch(withNode(application.command("enable <application>")))
    .description("let the items of an application be read and written")
    .action(async (name: string, options: ChangeOptions) => {
      const { setEnabled } = await import("../commands/application.ts");
      await setEnabled(context, name, options, "application.enable");
    });
  withExample(enable, "chatelaine application enable Orders");
  const disable = withIfMatch(withNode(application.command("disable <application>")))
    .description("stop all reading and writing of the items of an application")
    .action(async (name: string, options: ChangeOptions) => {
      const { setEnabled } = await import("../commands/application.ts");
      await setEnabled(context, name, options, "application.disable");
    });
  withExample(disable, "chatelaine application disable Orders");
}

function addImport(application: Command, context: CommandContext): void {
  const take = withDryRun(withNode(application.command("import <file...>")))
    .description("create or update applications from XML files of Enterprise SSO")
    .addOption(new Option("--create-only", "refuse those that exist").conflicts("updateOnly"))
    .option("--update-only", "refuse those that do not exist")
    .action(async (files: string[], options: ImportOptions) => {
      const { importFiles } = await import("../commands/application-import.ts");
      await importFiles(context, files, options);
    });
  withExample(take, "chatelaine application import SapApplication.xml --dry-run");
}

/** What `create` and `update` set alike. */
function withSettings(command: Command): Command {
  return command
    .option("--description <text>", "what it is, for people")
    .option("--contact <text>", "whom to ask about it")
    .addOption(repeatable("--user <account>", "group or user that uses it, in order", asText))
    .option("--no-users", "nobody uses it")
    .addOption(repeatable("--administrator <account>", "who administers it", asText))
    .option("--no-administrators", "nobody administers it")
    .option("--windows-account <account>", "the account of a host group")
    .addOption(
      repeatable(
        "--field <name[:type][:masked]>",
        "add a field; types are string, number, boolean, json, xml",
        parseField,
      ),
    )
    .addOption(
      repeatable("--flag <name[=true|false]>", `one of ${FLAG_NAMES.join(", ")}`, parseFlag),
    )
    .addOption(
      new Option("--ticket-timeout <minutes>", "how long its tickets live").argParser(parseCount),
    );
}
