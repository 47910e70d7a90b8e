import { Option, type Command } from "commander";
import type { CommandContext, NodeOptions } from "../command-context.ts";
import type { AuditOptions, RecordOptions } from "../commands/records.ts";
import type { CreateOptions } from "../commands/token.ts";
import { asText, parseCount, repeatable, withExample, withNode } from "./shared-options.ts";

const RECORDS = 100;

/** `token …`. */
export function addTokenCommands(program: Command, context: CommandContext): void {
  const token = program.command("token").description("API tokens, for calls from elsewhere");
  addTokenCreate(token, context);
  const list = withNode(token.command("list"))
    .description("tokens, newest first, without their secrets")
    .action(async (options: NodeOptions) => {
      const { list: run } = await import("../commands/token.ts");
      await run(context, options);
    });
  withExample(list, "chatelaine token list");
  const revoke = withNode(token.command("revoke <token-id>"))
    .description("end a token at once")
    .action(async (tokenId: string, options: NodeOptions) => {
      const { revoke: run } = await import("../commands/token.ts");
      await run(context, tokenId, options);
    });
  withExample(revoke, "chatelaine token revoke 3jq5n7ab2rd4tkcm");
}

function addTokenCreate(token: Command, context: CommandContext): void {
  const create = withNode(token.command("create"))
    .description("make a token, and show it this once")
    .requiredOption("--name <name>", "what it is for, for people")
    .addOption(
      new Option("--kind <kind>", "all administration, or reading some applications")
        .choices(["admin", "reader"])
        .makeOptionMandatory(),
    )
    .addOption(repeatable("--application <name>", "an application of a reader", asText))
    .option("--may-reveal", "of an admin: also what is masked")
    .addOption(
      new Option("--ttl <hours>", "how long it is valid (720 unless given)").argParser(parseCount),
    )
    .option("--to <file>", "write it to a new file that only you can read")
    .action(async (options: CreateOptions) => {
      const { create: run } = await import("../commands/token.ts");
      await run(context, options);
    });
  withExample(
    create,
    "chatelaine token create --name order-service --kind reader --application Orders --to token",
  );
}

/** `audit …`, `events`. */
export function addRecordCommands(program: Command, context: CommandContext): void {
  const audit = program.command("audit").description("what was changed, disclosed and refused");
  const list = withRecords(withNode(audit.command("list")))
    .description("rows of the audit, in the order of writing")
    .option("--action <action>", "only this action, such as config.reveal")
    .option("--application <id>", "only this application")
    .action(async (options: AuditOptions) => {
      const { audit: run } = await import("../commands/records.ts");
      await run(context, options);
    });
  withExample(list, "chatelaine audit list --action config.reveal");
  const events = withRecords(withNode(program.command("events")))
    .description("what this node has told since its start")
    .option("--follow", "show them as they come, until SIGINT or SIGTERM")
    .action(async (options: RecordOptions & { readonly follow?: true }) => {
      if (options.follow === true) {
        const { followEvents } = await import("../commands/follow-events.ts");
        await followEvents(context, options);
        return;
      }
      const { events: run } = await import("../commands/records.ts");
      await run(context, options);
    });
  withExample(events, "chatelaine events --limit 20");
}

function withRecords(command: Command): Command {
  return command
    .addOption(
      new Option("--limit <count>", "at most so many").argParser(parseCount).default(RECORDS),
    )
    .option("--after <sequence>", "only what comes behind this one");
}
