import { Option, type Command } from "commander";
import type { CommandContext, GlobalOptions, NodeOptions } from "../command-context.ts";
import type { InitOptions } from "../commands/init.ts";
import type { RecoverOptions } from "../commands/node.ts";
import type { BackupOptions, PassphraseOptions } from "../commands/secret.ts";
import type { StartOptions } from "../commands/start.ts";
import type { StatusOptions } from "../commands/status.ts";
import { addJoin, addNodeCommands, addSystem } from "./cluster-commands.ts";
import { addMaster } from "./master-commands.ts";
import { withExample, withGlobals, withNode, withPassphrase, withPlace } from "./shared-options.ts";

/** `init`, `start`, `status`, `secret …`, `node …`, `join`, `master …`, `system …`. */
export function addSystemCommands(program: Command, context: CommandContext): void {
  addInit(program, context);
  addStart(program, context);
  const status = withNode(program.command("status"))
    .description("what this node is and waits for, and every node of the system")
    .option("--watch", "show it again every two seconds, until SIGINT or SIGTERM")
    .addOption(
      new Option(
        "--check",
        "end with 10 if a node cannot read, 11 without a master secret server, 12 if one cannot " +
          "seal, 13 if one is unreachable",
      ).conflicts("watch"),
    )
    .action(async (options: StatusOptions) => {
      const { status: run } = await import("../commands/status.ts");
      await run(context, options);
    });
  withExample(status, "chatelaine status --watch");
  addCache(program, context);
  addSecret(program, context);
  addNode(program, context);
  addJoin(program, context);
  addMaster(program, context);
  addSystem(program, context);
}

function addCache(program: Command, context: CommandContext): void {
  const cache = program.command("cache").description("what nodes keep of lookups");
  const purge = withNode(cache.command("purge"))
    .description(
      "drop it on every node: without the database, they read nothing until they have looked anew",
    )
    .action(async (options: NodeOptions) => {
      const { purge: run } = await import("../commands/cache.ts");
      await run(context, options);
    });
  withExample(purge, "chatelaine cache purge");
}

function addInit(program: Command, context: CommandContext): void {
  const init = withPlace(program.command("init"))
    .description("create an SSO system, its first node and the first backup, in one act")
    .requiredOption("--backup-to <file>", "where the backup goes; not in the state directory")
    .option("--reminder <text>", "kept in clear beside the backup; must not tell the passphrase")
    .action(async (options: InitOptions) => {
      const { init: run } = await import("../commands/init.ts");
      await run(context, options);
    });
  withExample(init, "chatelaine init --backup-to /media/usb/master-secret.age");
}

function addStart(program: Command, context: CommandContext): void {
  const start = withGlobals(program.command("start"))
    .description("run the node until SIGINT or SIGTERM")
    .option("--set <name=value...>", "settings over those of config.json")
    .option("--trial", "make a trial system in ./data if there is none, and run it")
    .action(async (options: StartOptions) => {
      const { start: run } = await import("../commands/start.ts");
      await run(context, options);
    });
  withExample(start, "chatelaine start --set listen=127.0.0.1:4871");
}

function addSecret(program: Command, context: CommandContext): void {
  const secret = program.command("secret").description("the master secret and its backups");
  const status = withGlobals(secret.command("status"))
    .description("versions of the master secret, and the backups that cover them")
    .action(async (options: GlobalOptions) => {
      const { secretStatus } = await import("../commands/secret.ts");
      await secretStatus(context, options);
    });
  withExample(status, "chatelaine secret status");
  const backup = withPassphrase(withGlobals(secret.command("backup")))
    .description("back the master secret up to a new file, and verify it")
    .option("--to <file>", "the new file; not in the state directory")
    .option("--reminder <text>", "kept in clear beside the backup; must not tell the passphrase")
    .action(async (options: BackupOptions) => {
      const { backup: run } = await import("../commands/secret.ts");
      await run(context, options);
    });
  withExample(backup, "chatelaine secret backup --to /media/usb/master-secret.age");
  addSecretFiles(secret, backup, context);
}

function addSecretFiles(secret: Command, backup: Command, context: CommandContext): void {
  const verify = withPassphrase(withGlobals(backup.command("verify <file>")))
    .description("open a backup file and compare it with the system")
    .action(async (file: string, options: PassphraseOptions) => {
      const { verify: run } = await import("../commands/secret.ts");
      await run(context, file, options);
    });
  withExample(verify, "chatelaine secret backup verify /media/usb/master-secret.age");
  const restore = withPassphrase(withGlobals(secret.command("restore <file>")))
    .description("give a node that cannot open its keyring the master secret from a backup")
    .action(async (file: string, options: PassphraseOptions) => {
      const { restore: run } = await import("../commands/secret.ts");
      await run(context, file, options);
    });
  withExample(restore, "chatelaine secret restore /media/usb/master-secret.age");
}

function addNode(program: Command, context: CommandContext): void {
  const node = program.command("node").description("nodes of the SSO system");
  const recover = withPlace(node.command("recover"))
    .description("make a new node when every state directory is lost, from database and backup")
    .requiredOption("--backup <file>", "a backup of the master secret")
    .action(async (options: RecoverOptions) => {
      const { recover: run } = await import("../commands/node.ts");
      await run(context, options);
    });
  withExample(
    recover,
    "chatelaine node recover --backup /media/usb/master-secret.age --database-url-file url",
  );
  addNodeCommands(node, context);
}
