import { runProgram } from "./program.ts";

// Node opens an inspector on SIGUSR1 unless somebody else listens for it, and an inspector shows
// all of the process's memory.
process.on("SIGUSR1", () => undefined);
process.umask(0o077);
process.report.excludeEnv = true;

// Whoever reads has had enough, as `head` does: that is no failure of the command.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await runProgram(process.argv.slice(2), process.env);
