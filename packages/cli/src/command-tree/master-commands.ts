import { Argument, type Command } from "commander";
import type { CommandContext, GlobalOptions, NodeOptions } from "../command-context.ts";
import type { DesignateOptions } from "../commands/master.ts";
import { withExample, withGlobals, withNode } from "./shared-options.ts";

/** `master show|designate|failover|step-down|move`. */
export function addMaster(program: Command, context: CommandContext): void {
  const master = program.command("master").description("who is master secret server, and may be");
  const show = withNode(master.command("show"))
    .description("who has the role by the database, and whether failover is manual")
    .action(async (options: NodeOptions) => {
      const { show: run } = await import("../commands/master.ts");
      await run(context, options);
    });
  withExample(show, "chatelaine master show");
  addDesignation(master, context);
  addMoves(master, context);
}

function addDesignation(master: Command, context: CommandContext): void {
  const designate = withGlobals(master.command("designate [node]"))
    .summary("make failover manual: only this node may have the role")
    .description(
      "make failover manual: only this node may have the role. On any node while there is no " +
        "master secret server, else on the master secret server, which gives the role up",
    )
    .option("--none", "make failover automatic again: any candidate may have the role")
    .action(async (node: string | undefined, options: DesignateOptions) => {
      const { designate: run } = await import("../commands/master.ts");
      await run(context, node, options);
    });
  withExample(designate, "chatelaine master designate sso2");
  const failover = withGlobals(master.command("failover"))
    .description(
      "manual: only the node that has the role now may have it; automatic: any candidate",
    )
    .addArgument(new Argument("<mode>").choices(["automatic", "manual"]))
    .action(async (mode: string, options: GlobalOptions) => {
      const { failover: run } = await import("../commands/master.ts");
      await run(context, mode, options);
    });
  withExample(failover, "chatelaine master failover automatic");
}

function addMoves(master: Command, context: CommandContext): void {
  const stepDown = withGlobals(master.command("step-down"))
    .description("let another candidate take the role; on the master secret server")
    .action(async (options: GlobalOptions) => {
      const { stepDown: run } = await import("../commands/master.ts");
      await run(context, options);
    });
  withExample(stepDown, "chatelaine master step-down");
  const move = withGlobals(master.command("move <node>"))
    .description("give the role to this candidate once it is ready; on the master secret server")
    .action(async (node: string, options: GlobalOptions) => {
      const { move: run } = await import("../commands/master.ts");
      await run(context, node, options);
    });
  withExample(move, "chatelaine master move sso2");
}
