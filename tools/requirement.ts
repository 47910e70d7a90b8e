/**
 * What some tests need from the machine beyond Node and npm. A test that lacks it is skipped and
 * says why; with `CHATELAINE_TEST_REQUIRE=all`, as in continuous integration, it fails instead:
 *
 *   it("opens with age", { skip: requirement("age") }, async () => { … });
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { POSTGRES_URL_VARIABLE, postgresPackage } from "./test-postgres.ts";
import { ToolError } from "./tool-error.ts";

export type Requirement =
  | "age"
  | "bash"
  | "fish"
  | "network-namespaces"
  | "openssl"
  | "pgbouncer"
  | "postgres"
  | "process-memory"
  | "spin"
  | "zsh";

/** Why it is missing, and how to get it; undefined if it is there. */
const MISSING = {
  age: () => missingCommand("age", "the Debian package age"),
  bash: () => missingCommand("bash", "the Debian package bash"),
  fish: () => missingCommand("fish", "the Debian package fish"),
  "network-namespaces": () =>
    missingCommand("ip", "the Debian package iproute2") ??
    (mayMakeNamespaces()
      ? undefined
      : "cuts run through TCP proxies: this user may not make network namespaces (root may)"),
  openssl: () => missingCommand("openssl", "the Debian package openssl"),
  pgbouncer: () => missingCommand("pgbouncer", "the Debian package pgbouncer"),
  spin: () =>
    missingCommand("spin", "the Debian package spin") ??
    missingCommand("gcc", "the Debian package gcc"),
  zsh: () => missingCommand("zsh", "the Debian package zsh"),
  postgres: () =>
    postgresPackage() === undefined && (process.env[POSTGRES_URL_VARIABLE] ?? "") === ""
      ? `no PostgreSQL binaries for this platform (set ${POSTGRES_URL_VARIABLE})`
      : undefined,
  "process-memory": () =>
    mayReadChildren()
      ? undefined
      : "this system does not show the memory of a child process (/proc, kernel.yama.ptrace_scope)",
} as const satisfies Record<Requirement, () => string | undefined>;

/** The reason to skip, or undefined where the machine has it. Throws where nothing may be skipped. */
export function requirement(name: Requirement): string | undefined {
  const reason = MISSING[name]();
  if (reason !== undefined && process.env["CHATELAINE_TEST_REQUIRE"] === "all") {
    throw new ToolError(`CHATELAINE_TEST_REQUIRE=all, and yet: ${reason}`);
  }
  return reason;
}

function mayMakeNamespaces(): boolean {
  return spawnSync("unshare", ["--net", "true"], { stdio: "ignore" }).status === 0;
}

/** Up to 1 a process may look into those that it has started (yama of Linux). */
function mayReadChildren(): boolean {
  if (!fs.existsSync("/proc/self/mem")) {
    return false;
  }
  const file = "/proc/sys/kernel/yama/ptrace_scope";
  const scope = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
  return scope <= 1 || (scope === 2 && process.getuid?.() === 0);
}

function missingCommand(command: string, source: string): string | undefined {
  // Servers lie in a folder that is on the path of the administrator alone.
  const places = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin"];
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
