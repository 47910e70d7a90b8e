/** Violations that `gates.test.ts` plants: by rule, and for each what must be refused. */

/** Files by path below a directory laid out as this repository. */
export type Files = Readonly<Record<string, string>>;

const DOMAIN = "packages/server/src/domain";

/** Libraries that the planted files import, so that the imports resolve. */
export const STUB_PACKAGES = [
  "@peculiar/x509",
  "age-encryption",
  "commander",
  "fastify",
  "hpke",
  "kysely",
  "left-pad",
  "pino",
  "postgres",
  "prom-client",
  "reflect-metadata",
  "saxes",
] as const;

/** What each layer may do; none of it may be refused. */
export const SOUND_FILES: Files = {
  "packages/protocol/src/index.ts": imports("./errors.ts"),
  "packages/protocol/src/errors.ts": "export {};",
  "packages/crypto/src/index.ts": imports("./seal.ts"),
  "packages/crypto/src/seal.ts": imports("node:crypto", "hpke"),
  "packages/backup/src/index.ts": imports(
    "@chatelaine/crypto",
    "age-encryption",
    "node:worker_threads",
  ),
  "packages/biztalk/src/index.ts": imports("./xml/scan.ts"),
  "packages/biztalk/src/xml/scan.ts": imports("saxes"),
  "packages/sdk/src/index.ts": imports("@chatelaine/protocol"),
  "packages/server/src/index.ts": imports("./app/compose.ts", "@chatelaine/crypto"),
  "packages/server/src/app/compose.ts": imports(
    "../storage/sqlite/database.ts",
    "../storage/postgres/database.ts",
    "../http/server.ts",
    "../cluster/loop.ts",
    "@chatelaine/backup",
    "node:fs",
  ),
  "packages/server/src/storage/sqlite/database.ts": imports(
    "node:sqlite",
    "kysely",
    "../../domain/a/a.ts",
  ),
  "packages/server/src/storage/postgres/database.ts": imports("postgres", "kysely"),
  "packages/server/src/http/server.ts": imports("fastify", "node:https", "../domain/a/a.ts"),
  "packages/server/src/cluster/loop.ts": imports("./transport/peers.ts", "../domain/a/a.ts"),
  "packages/server/src/cluster/transport/peers.ts": imports("node:tls", "node:https"),
  "packages/server/src/cluster/certificates/write.ts": imports(
    "reflect-metadata",
    "@peculiar/x509",
    "../../domain/a/a.ts",
  ),
  "packages/server/src/domain/a/a.ts": imports(
    "../../platform/files.ts",
    "@chatelaine/protocol",
    "@chatelaine/biztalk",
  ),
  "packages/server/src/domain/a/a.test.ts": imports("node:fs", "./a.ts", "left-pad"),
  "packages/server/src/platform/files.ts": imports("node:fs/promises", "../base/bytes.ts", "pino"),
  "packages/server/src/platform/random.ts": imports("node:crypto", "./files.ts"),
  "packages/server/src/base/bytes.ts": "export {};",
  "packages/cli/src/main.ts": imports(
    "@chatelaine/server",
    "@chatelaine/backup",
    "commander",
    "node:fs",
  ),
};

/** For each layer rule, the files that break it. A file may break other rules as well. */
export const LAYER_VIOLATIONS: Readonly<Record<string, Files>> = {
  "gate-simulation": { "simulation/node/clock.ts": imports("node:timers/promises") },
  "only-protocol": { "packages/protocol/src/bad.ts": imports("@chatelaine/crypto") },
  "only-crypto": { "packages/crypto/src/bad.ts": imports("@chatelaine/protocol", "node:path") },
  "only-backup": { "packages/backup/src/bad.ts": imports("@chatelaine/server") },
  "only-biztalk": {
    "packages/biztalk/src/bad.ts": imports("@chatelaine/crypto", "node:fs"),
  },
  "only-sdk": { "packages/sdk/src/bad.ts": imports("node:buffer") },
  "only-cli": { "packages/cli/src/bad.ts": imports("left-pad") },
  "only-server": { "packages/server/src/app/bad.ts": imports("@chatelaine/sdk", "left-pad") },
  "only-server-base": { "packages/server/src/base/bad.ts": imports("../platform/files.ts") },
  "only-server-platform": { "packages/server/src/platform/bad.ts": imports("../domain/a/a.ts") },
  "only-server-domain": {
    [`${DOMAIN}/a/bad.ts`]: imports("../../storage/sqlite/database.ts", "kysely"),
  },
  "only-server-storage": { "packages/server/src/storage/bad.ts": imports("../http/server.ts") },
  "only-server-cluster": {
    "packages/server/src/cluster/bad.ts": imports("../storage/sqlite/database.ts"),
  },
  "only-server-http": {
    "packages/server/src/http/bad.ts": imports("../cluster/loop.ts", "kysely"),
  },
  "gate-crypto": { "packages/server/src/platform/bad-chance.ts": imports("node:crypto") },
  "gate-sqlite": { "packages/server/src/storage/bad-sqlite.ts": imports("node:sqlite") },
  "gate-postgres": { "packages/server/src/storage/sqlite/bad.ts": imports("postgres") },
  "gate-files": { "packages/server/src/http/bad-files.ts": imports("node:fs/promises") },
  "gate-network": {
    "packages/server/src/storage/bad-network.ts": imports("node:net"),
    "packages/server/src/cluster/bad-network.ts": imports("node:tls"),
  },
  "gate-certificates": {
    "packages/server/src/cluster/transport/bad.ts": imports("@peculiar/x509"),
    "packages/server/src/app/bad-certificates.ts": imports("reflect-metadata"),
  },
  "gate-fenced-tables": {
    "packages/server/src/storage/kysely/stores.ts": imports("./charter-store.ts"),
    "packages/server/src/storage/kysely/charter-store.ts": "export {};",
    "packages/server/src/app/bad-writer.ts": imports("../storage/kysely/stores.ts"),
    "packages/server/src/storage/sqlite/bad-writer.ts": imports("../kysely/charter-store.ts"),
  },
  "gate-processes": { "packages/server/src/app/bad-process.ts": imports("node:child_process") },
  "no-circular": {
    "packages/cli/src/chicken.ts": imports("./egg.ts"),
    "packages/cli/src/egg.ts": imports("./chicken.ts"),
  },
  "no-circular-features": {
    [`${DOMAIN}/chicken/chicken.ts`]: imports("../egg/shell.ts"),
    [`${DOMAIN}/egg/shell.ts`]: imports("./yolk.ts"),
    [`${DOMAIN}/egg/egg.ts`]: imports("../chicken/feather.ts"),
    [`${DOMAIN}/egg/yolk.ts`]: "export {};",
    [`${DOMAIN}/chicken/feather.ts`]: "export {};",
  },
  "no-orphans": { "packages/sdk/src/forgotten.ts": "export {};" },
  "no-imported-tests": { [`${DOMAIN}/a/bad-test.ts`]: imports("./a.test.ts") },
  "no-unresolvable": { "packages/cli/src/lost.ts": imports("./nowhere.ts") },
};

/** For each house rule, code that it alone refuses; the first case serves where the rule is off. */
export const HOUSE_VIOLATIONS: Readonly<
  Record<string, readonly { readonly file: string; readonly code: string }[]>
> = {
  "coded-errors": [
    { file: `${DOMAIN}/a/a.ts`, code: `throw new Error("no");` },
    {
      file: "packages/cli/src/main.ts",
      code: `export const failed = Promise.reject(Error("no"));`,
    },
    { file: "tools/a.ts", code: `throw new Error("no");` },
  ],
  "wall-clock": [
    { file: `${DOMAIN}/a/a.ts`, code: "export const now = Date.now();" },
    { file: "packages/cli/src/main.ts", code: "export const now = new Date();" },
    { file: `${DOMAIN}/a/a.test.ts`, code: "export const now = Date();" },
  ],
  "monotonic-clock": [
    { file: `${DOMAIN}/a/a.ts`, code: "export const now = performance.now();" },
    {
      file: "packages/server/src/app/main.ts",
      code: `import { performance } from "node:perf_hooks";`,
    },
  ],
  timers: [
    { file: "packages/server/src/cluster/a.ts", code: "setTimeout(() => undefined, 5);" },
    {
      file: "packages/server/src/platform/clock.ts",
      code: "globalThis.setInterval(() => undefined, 5);",
    },
    { file: `${DOMAIN}/a/a.test.ts`, code: `import { setTimeout } from "node:timers/promises";` },
  ],
  chance: [
    { file: "packages/server/src/platform/random.ts", code: "export const dice = Math.random();" },
    { file: "tools/a.ts", code: "export const dice = Math.random();" },
  ],
  "web-crypto": [
    { file: "packages/server/src/app/a.ts", code: "export const id = crypto.randomUUID();" },
    { file: "packages/sdk/src/a.ts", code: "export const id = globalThis.crypto.randomUUID();" },
  ],
  network: [
    { file: `${DOMAIN}/a/a.ts`, code: `export const answer = fetch("https://localhost");` },
    {
      file: "packages/server/src/storage/a.ts",
      code: `export const answer = fetch("https://localhost");`,
    },
  ],
  environment: [
    { file: "packages/server/src/app/compose.ts", code: "export const home = process.env.HOME;" },
    { file: "packages/cli/src/a.ts", code: `export const all = process["env"];` },
    { file: `${DOMAIN}/a/a.ts`, code: `import { env } from "node:process";` },
  ],
  "process-exit": [
    { file: "packages/server/src/http/server.ts", code: "process.exit(1);" },
    { file: `${DOMAIN}/a/a.ts`, code: "process.abort();" },
  ],
  "named-exports": [
    { file: `${DOMAIN}/a/a.ts`, code: "export default 1;" },
    { file: "tools/a.ts", code: "export default 1;" },
  ],
  "no-barrels": [
    { file: `${DOMAIN}/a/index.ts`, code: `export { a } from "./a.ts";` },
    { file: "packages/cli/src/all.ts", code: `export * from "./main.ts";` },
  ],
  "own-parts": [
    { file: "packages/server/src/app/a.ts", code: `export const library = import("prom-client");` },
    {
      file: "packages/cli/src/main.ts",
      code: `export const library = import("@fastify/static");`,
    },
  ],
  "no-module-state": [
    { file: `${DOMAIN}/a/a.ts`, code: "export let count = 0;" },
    { file: "tools/a.ts", code: "let count = 0;" },
  ],
  "described-disable": [
    { file: `${DOMAIN}/a/a.ts`, code: "// eslint-disable-next-line eqeqeq\nexport const a = 1;" },
    { file: "tools/a.ts", code: "/* eslint-disable eqeqeq -- no */\nexport const a = 1;" },
  ],
};

/** Code for rules of others that the house relies on, by the rule that must refuse it. */
export const TYPED_VIOLATIONS: Readonly<Record<string, string>> = {
  "@typescript-eslint/no-explicit-any": "export const a: any = 1;",
  "@typescript-eslint/no-non-null-assertion":
    "export const first = (list: readonly string[]): string => list[0]!;",
  "@typescript-eslint/no-floating-promises":
    "export function go(): void {\n  Promise.resolve(1);\n}",
  "@typescript-eslint/no-misused-promises":
    "[1].forEach(async () => {\n  await Promise.resolve();\n});",
  "@typescript-eslint/switch-exhaustiveness-check":
    'export function f(a: "x" | "y"): void {\n  switch (a) {\n    case "x":\n  }\n}',
  "@typescript-eslint/ban-ts-comment": "// @ts-ignore\nexport const a: string = 1;",
  "@typescript-eslint/only-throw-error": 'throw "text";',
  curly: "export const f = (a: boolean): void => {\n  if (a) f(!a);\n};",
  eqeqeq: "export const f = (a: unknown, b: unknown): boolean => a == b;",
  "Unused eslint-disable directive (no problems were reported from 'eqeqeq').":
    "// eslint-disable-next-line eqeqeq -- a reason that is long enough\nexport const a = 1;",
};

function imports(...modules: readonly string[]): string {
  return modules.map((module) => `import ${JSON.stringify(module)};`).join("\n");
}
