import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, runToSuccess, type Outcome } from "./program.ts";
import { sqliteFile, type TestDatabase } from "./test-database.ts";

export const PASSPHRASE = "correct horse battery staple";

/** One SSO system as an operator makes it, in a directory that goes with the test. */
export class TestSystem {
  readonly directory: string;
  readonly database: TestDatabase;
  readonly passphraseFile: string;

  constructor(database: (directory: string) => TestDatabase = sqliteBeside) {
    this.directory = mkdtempSync(join(tmpdir(), "chatelaine-system-"));
    this.database = database(this.directory);
    this.passphraseFile = this.path("passphrase");
    writeFileSync(this.passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  }

  get state(): string {
    return this.path("state");
  }

  get backup(): string {
    return this.path("backup.age");
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Options of `init` and `node recover`, for a state directory of this name. */
  place(state: string = this.state): readonly string[] {
    const passphrase = ["--passphrase-file", this.passphraseFile];
    return ["--state-dir", state, ...this.database.options, ...passphrase, "--name", "test"];
  }

  async init(): Promise<void> {
    await runToSuccess(this.initCommand());
  }

  initCommand(backup: string = this.backup): readonly string[] {
    return ["init", ...this.place(), "--backup-to", backup];
  }

  recover(state: string, backup: string = this.backup): Promise<Outcome> {
    return runProgram(["node", "recover", ...this.place(state), "--backup", backup]);
  }

  /** Removes everything; the database of a PostgreSQL server too. */
  async discard(): Promise<void> {
    await this.database.discard();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function sqliteBeside(directory: string): TestDatabase {
  return sqliteFile(join(directory, "sso.db"));
}
