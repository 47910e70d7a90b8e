import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Which state directory a command means: the one it was given, `CHATELAINE_STATE_DIR`, `./data`
 * if there is one, else the platform's place for state (XDG Base Directory Specification).
 */
export function findStateDirectory(given: string | undefined, environment: Environment): string {
  const named = given ?? environment["CHATELAINE_STATE_DIR"];
  if (named !== undefined && named !== "") {
    return resolve(named);
  }
  const here = resolve("data");
  if (existsSync(join(here, "identity.json"))) {
    return here;
  }
  const stateHome = environment["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state");
  return join(stateHome, "chatelaine");
}
