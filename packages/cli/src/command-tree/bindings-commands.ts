import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ImportOptions } from "../commands/bindings-import.ts";
import type { DeleteOptions, ExportOptions, ListOptions } from "../commands/bindings.ts";
import {
  asText,
  parseCount,
  repeatable,
  withDryRun,
  withExample,
  withIfMatch,
  withNode,
} from "./shared-options.ts";

/** `bindings …`. */
export function addBindingsCommands(program: Command, context: CommandContext): void {
  const bindings = program.command("bindings").description("binding files of BizTalk Server");
  const take = withDryRun(withNode(bindings.command("import <file...>")))
    .description("take over the port configuration of binding files, and keep the files")
    .option("--name <name>", "of the kept file (default: name of the file, without .xml)")
    .addOption(
      repeatable("--mask <property>", "a property that holds a secret, beside the list", asText),
    )
    .action(async (files: string[], options: ImportOptions) => {
      const { importFiles } = await import("../commands/bindings-import.ts");
      await importFiles(context, files, options);
    });
  withExample(take, "chatelaine bindings import Contoso.Orders.xml --mask ApiToken --dry-run");
  addReading(bindings, context);
  const remove = withIfMatch(withNode(bindings.command("delete <name>")))
    .description("remove a kept binding file for good; applications and items that came of it stay")
    .option("--yes", "do not ask")
    .action(async (name: string, options: DeleteOptions) => {
      const { remove: run } = await import("../commands/bindings.ts");
      await run(context, name, options);
    });
  withExample(remove, "chatelaine bindings delete Contoso.Orders");
}

function addReading(bindings: Command, context: CommandContext): void {
  const list = withNode(bindings.command("list"))
    .description("binding files by name")
    .addOption(
      new Option("--limit <count>", "at most so many")
        .argParser(parseCount)
        .default(Infinity, "all"),
    )
    .action(async (options: ListOptions) => {
      const { list: run } = await import("../commands/bindings.ts");
      await run(context, options);
    });
  withExample(list, "chatelaine bindings list");
  const give = withNode(bindings.command("export <name>"))
    .description("a binding file with the present values, on standard output unless --out is given")
    .option("--reveal", "with the secrets; the audit tells of it")
    .option("--out <file>", "write it to a new file that only you can read")
    .action(async (name: string, options: ExportOptions) => {
      const { exportFile } = await import("../commands/bindings.ts");
      await exportFile(context, name, options);
    });
  withExample(give, "chatelaine bindings export Contoso.Orders --reveal --out Contoso.Orders.xml");
}
