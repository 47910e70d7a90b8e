import { InvalidArgumentError, Option, type Command } from "commander";
import { INVITATION_TTL_MINUTES_MAX } from "@chatelaine/protocol";
import type { CommandContext, GlobalOptions, NodeOptions } from "../command-context.ts";
import type { JoinOptions } from "../commands/join.ts";
import type { InviteOptions, RevokeOptions } from "../commands/nodes.ts";
import type { AcceptOptions } from "../commands/system.ts";
import { parseCount, withDatabase, withExample, withGlobals, withNode } from "./shared-options.ts";

/** `node list|show|invite|promote|revoke`. */
export function addNodeCommands(node: Command, context: CommandContext): void {
  const list = withNode(node.command("list"))
    .description("the nodes of the system")
    .action(async (options: NodeOptions) => {
      const { list: run } = await import("../commands/nodes.ts");
      await run(context, options);
    });
  withExample(list, "chatelaine node list");
  const show = withNode(node.command("show <node>"))
    .description("one node, by id or name")
    .action(async (name: string, options: NodeOptions) => {
      const { show: run } = await import("../commands/nodes.ts");
      await run(context, name, options);
    });
  withExample(show, "chatelaine node show sso2");
  addInvite(node, context);
  addChanges(node, context);
}

function addInvite(node: Command, context: CommandContext): void {
  const invite = withGlobals(node.command("invite"))
    .description("make a join token for one new node; on the master secret server")
    .addOption(
      new Option("--role <role>", "a candidate may become master secret server")
        .choices(["candidate", "member"])
        .makeOptionMandatory(),
    )
    .option("--ttl <minutes>", "how long it is good (default: 15, or 60 for a member)", parseTtl)
    .option("--to <file>", "new file for the token (default: standard output)")
    .action(async (options: InviteOptions) => {
      const { invite: run } = await import("../commands/nodes.ts");
      await run(context, options);
    });
  withExample(invite, "chatelaine node invite --role member --to join-token");
}

function parseTtl(text: string): number {
  const minutes = parseCount(text);
  if (minutes > INVITATION_TTL_MINUTES_MAX) {
    throw new InvalidArgumentError(
      `It must be at most ${String(INVITATION_TTL_MINUTES_MAX)} minutes.`,
    );
  }
  return minutes;
}

function addChanges(node: Command, context: CommandContext): void {
  const promote = withGlobals(node.command("promote <node>"))
    .description("make a candidate of a member; on the master secret server")
    .action(async (name: string, options: GlobalOptions) => {
      const { promote: run } = await import("../commands/nodes.ts");
      await run(context, name, options);
    });
  withExample(promote, "chatelaine node promote sso2");
  const revoke = withGlobals(node.command("revoke <node>"))
    .description("take a node out of the system, for ever; on the master secret server")
    .option("--yes", "do not ask")
    .action(async (name: string, options: RevokeOptions) => {
      const { revoke: run } = await import("../commands/nodes.ts");
      await run(context, name, options);
    });
  withExample(revoke, "chatelaine node revoke sso2");
}

/** `join`. */
export function addJoin(program: Command, context: CommandContext): void {
  const join = withDatabase(withGlobals(program.command("join [token]")))
    .summary("make this machine a node of a system")
    .description(
      "make this machine a node of a system. The token is a secret: better in a file, or typed " +
        "when it is asked for, than on the command line, where others on the machine can read it",
    )
    .option("--token-file <file>", "file whose first line is the join token")
    .requiredOption("--advertise <host:port>", "where other nodes reach this one")
    .option("--listen <host:port>", "where it listens for them (default: as --advertise)")
    .action(async (token: string | undefined, options: JoinOptions) => {
      const { join: run } = await import("../commands/join.ts");
      await run(context, token, options);
    });
  withExample(
    join,
    "chatelaine join --token-file join-token --database-url-file url --advertise sso2.example:4871",
  );
}

/** `system accept-database`. */
export function addSystem(program: Command, context: CommandContext): void {
  const system = program.command("system").description("the SSO system as a whole");
  const accept = withGlobals(system.command("accept-database"))
    .description("go on with a database that is older than what this node has seen")
    .option("--yes", "do not ask")
    .action(async (options: AcceptOptions) => {
      const { acceptDatabase } = await import("../commands/system.ts");
      await acceptDatabase(context, options);
    });
  withExample(accept, "chatelaine system accept-database");
}
