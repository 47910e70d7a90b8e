/**
 * The house rules that ESLint has no rule for, as data: what is refused, where it is allowed, and
 * what to write instead. Each becomes an ESLint rule `house/NAME`; `gates.test.ts` plants a
 * violation of each.
 */
export interface HouseRule {
  readonly name: string;
  /** The message. */
  readonly instead: string;
  /** Refused syntax, as an ESLint selector. */
  readonly syntax?: string;
  /** Refused global variables, also as members of `globalThis`. */
  readonly globals?: readonly string[];
  /** Modules that bring the same thing under another name. */
  readonly modules?: readonly string[];
  /** Globs of the files that may: the gate of a capability. */
  readonly allowed: readonly string[];
}

/** Tests that start real processes and servers. Those beside the code do no I/O and get nothing. */
const SYSTEM_TESTS = ["packages/*/test/**", "test/**"];
/** Tools run on a developer's machine and are not shipped; figures need a clock. */
const TOOLS = ["tools/**", "bench/**", "packages/*/bench/**"];
const UNIT_TESTS = ["packages/*/src/**/*.test.ts", "packages/server/src/storage/contract/**"];
const ENVIRONMENT_READERS = [
  "packages/server/src/app/config.ts",
  "packages/server/src/app/main.ts",
  "packages/cli/src/main.ts",
];

export const HOUSE_RULES: readonly HouseRule[] = [
  {
    name: "coded-errors",
    syntax: ":matches(NewExpression, CallExpression)[callee.name='Error']",
    instead: "throw an error with a code of the table, or state an invariant(…)",
    allowed: [...UNIT_TESTS, ...SYSTEM_TESTS],
  },
  {
    name: "wall-clock",
    syntax:
      ":matches(MemberExpression[object.name='Date'][property.name='now'], NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date'])",
    instead: "ask the Clock that is passed in (platform/clock.ts)",
    allowed: ["packages/server/src/platform/clock.ts", ...SYSTEM_TESTS, ...TOOLS],
  },
  {
    name: "monotonic-clock",
    globals: ["performance"],
    modules: ["node:perf_hooks"],
    instead: "ask the Clock that is passed in (platform/clock.ts)",
    allowed: [
      "packages/server/src/platform/clock.ts",
      "simulation/main.ts",
      ...SYSTEM_TESTS,
      ...TOOLS,
    ],
  },
  {
    name: "timers",
    globals: ["setTimeout", "setInterval", "setImmediate"],
    modules: ["node:timers", "node:timers/promises"],
    instead: "ask the Scheduler that is passed in (platform/scheduler.ts)",
    allowed: [
      "packages/server/src/platform/scheduler.ts",
      // Turns of the real event loop, between which virtual time goes on.
      "simulation/engine/run-events.ts",
      ...SYSTEM_TESTS,
      ...TOOLS,
    ],
  },
  {
    name: "chance",
    syntax: "MemberExpression[object.name='Math'][property.name='random']",
    instead: "ask the RandomSource that is passed in; in tests, a seeded one",
    allowed: [],
  },
  {
    name: "web-crypto",
    globals: ["crypto"],
    instead: "ask the RandomSource that is passed in, or a function of packages/crypto",
    allowed: ["packages/crypto/**", ...UNIT_TESTS, ...SYSTEM_TESTS, ...TOOLS],
  },
  {
    name: "network",
    globals: ["fetch", "WebSocket"],
    instead: "take a function that is passed in; only the outer layers know the network",
    allowed: [
      "packages/server/src/{http,cluster,app}/**",
      "packages/{sdk,cli}/src/**",
      ...SYSTEM_TESTS,
      ...TOOLS,
    ],
  },
  {
    name: "environment",
    syntax:
      "MemberExpression[object.name='process']:matches([property.name='env'], [property.value='env'])",
    modules: ["node:process"],
    instead: "take the value from Config (app/config.ts reads the environment once)",
    allowed: [...ENVIRONMENT_READERS, "simulation/mutations/**", ...SYSTEM_TESTS, ...TOOLS],
  },
  {
    name: "process-exit",
    syntax:
      "MemberExpression[object.name='process']:matches([property.name='exit'], [property.name='abort'])",
    instead: "throw, and let main.ts decide the exit code; what is open must be closed first",
    allowed: [...ENVIRONMENT_READERS, ...SYSTEM_TESTS, ...TOOLS],
  },
  {
    name: "named-exports",
    syntax: "ExportDefaultDeclaration",
    instead: "export by name, so that a thing has one name everywhere",
    allowed: [],
  },
  {
    name: "no-barrels",
    syntax: ":matches(ExportAllDeclaration, ExportNamedDeclaration[source])",
    instead: "import from the file itself; only packages/*/src/index.ts re-exports, by name",
    allowed: ["packages/*/src/index.ts"],
  },
  {
    name: "own-parts",
    syntax: "ImportExpression[source.value=/^(?!node:|@chatelaine\\/|\\.)/]",
    instead:
      "import the library in a module of ours, and load that when needed: bundled, a CommonJS library has no named exports",
    allowed: [...UNIT_TESTS, ...SYSTEM_TESTS, ...TOOLS],
  },
  {
    name: "no-module-state",
    syntax:
      ":matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind!='const']",
    instead: "keep state in an object with a life, made in app/ and passed in",
    allowed: [...UNIT_TESTS, ...SYSTEM_TESTS],
  },
];
