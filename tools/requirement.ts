/**
 * What some tests need from the machine beyond Node and npm. A test that lacks it is skipped and
 * says why; with `CHATELAINE_TEST_REQUIRE=all`, as in continuous integration, it fails instead:
 *
 *   it("opens with age", { skip: requirement("age") }, async () => { … });
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { POSTGRES_URL_VARIABLE, postgresPackage } from "./test-postgres.ts";
import { ToolError } from "./tool-error.ts";

export type Requirement = "age" | "bash" | "fish" | "postgres" | "zsh";

/** Why it is missing, and how to get it; undefined if it is there. */
const MISSING = {
  age: () => missingCommand("age", "the Debian package age"),
  bash: () => missingCommand("bash", "the Debian package bash"),
  fish: () => missingCommand("fish", "the Debian package fish"),
  zsh: () => missingCommand("zsh", "the Debian package zsh"),
  postgres: () =>
    postgresPackage() === undefined && (process.env[POSTGRES_URL_VARIABLE] ?? "") === ""
      ? `no PostgreSQL binaries for this platform (set ${POSTGRES_URL_VARIABLE})`
      : undefined,
} as const satisfies Record<Requirement, () => string | undefined>;

/** The reason to skip, or undefined where the machine has it. Throws where nothing may be skipped. */
export function requirement(name: Requirement): string | undefined {
  const reason = MISSING[name]();
  if (reason !== undefined && process.env["CHATELAINE_TEST_REQUIRE"] === "all") {
    throw new ToolError(`CHATELAINE_TEST_REQUIRE=all, and yet: ${reason}`);
  }
  return reason;
}

function missingCommand(command: string, source: string): string | undefined {
  const places = (process.env["PATH"] ?? "").split(path.delimiter);
  const isThere = places.some((place) => place !== "" && isExecutable(path.join(place, command)));
  return isThere ? undefined : `no "${command}" on this machine (${source})`;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
