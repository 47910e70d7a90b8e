/**
 * Which module may import which: layers and capability gates, as rules of dependency-cruiser.
 * `tools/layers.ts` runs them, and `tools/gates.test.ts` plants a violation of each. Tests may
 * import what they like, as long as nothing imports them.
 */
import type { ICruiseOptions, IForbiddenRuleType } from "dependency-cruiser";

/** A rule as it is written here: it has a name, and its comment says what to do instead. */
export type LayerRule = IForbiddenRuleType & { readonly name: string; readonly comment: string };

const TESTS = "\\.test\\.ts$|^packages/server/src/storage/contract/";
const ANY_NODE_MODULE = "^(node:)?[a-z][a-z0-9_/]*$";

const packagePath = (name: string): string => `^packages/${name}/src/`;
const layerPath = (name: string): string => `^packages/server/src/${name}/`;
/** A package of npm, wherever npm has put it. */
const library = (...names: readonly string[]): string => `(^|/)node_modules/(${names.join("|")})/`;
/** Modules of Node; the resolver drops the prefix of those that once had none. */
const node = (...names: readonly string[]): string => `^(node:)?(${names.join("|")})(/promises)?$`;

/** Writes certificates; the second brings metadata that the first needs. */
const X509_LIBRARIES = library("@peculiar/x509", "reflect-metadata");

/** What lies in `layer` may import what lies there and what is listed, and nothing else. */
function only(name: string, layer: string, may: readonly string[], comment: string): LayerRule {
  return {
    name: `only-${name}`,
    comment,
    severity: "error",
    from: { path: layer, pathNot: TESTS },
    // What resolves to nothing is another rule's concern.
    to: { pathNot: [layer, ...may], couldNotResolve: false },
  };
}

/** Modules that bring a capability may be imported by the places named, and by no other. */
function gate(
  capability: string,
  modules: string,
  places: readonly string[],
  comment: string,
): LayerRule {
  return {
    name: `gate-${capability}`,
    comment,
    severity: "error",
    from: { path: "^packages/[^/]+/src/", pathNot: [TESTS, ...places] },
    to: { path: modules },
  };
}

const protocol = packagePath("protocol");
const crypto = packagePath("crypto");
const backup = packagePath("backup");
const biztalk = packagePath("biztalk");
const sdk = packagePath("sdk");
const server = packagePath("server");
const cli = packagePath("cli");

const packages = [
  only(
    "protocol",
    protocol,
    [],
    "The wire contract is pure data and types: move what needs more to the package that uses it.",
  ),
  only(
    "crypto",
    crypto,
    [node("crypto"), library("hpke")],
    "This is what an auditor reads: take values as parameters, and leave files, clocks and databases to the caller.",
  ),
  only(
    "backup",
    backup,
    [crypto, node("worker_threads", "buffer"), library("age-encryption", "@scure/bip39/wordlists")],
    "A backup is bytes to bytes: the caller reads and writes the file.",
  ),
  only(
    "biztalk",
    biztalk,
    [library("saxes")],
    "Text goes in and data comes out: what knows of applications, bytes on disk or a server is the caller's.",
  ),
  only(
    "sdk",
    sdk,
    [protocol],
    "The SDK runs in any program: take fetch, clock and certificates as parameters.",
  ),
  only(
    "cli",
    cli,
    [
      sdk,
      protocol,
      crypto,
      backup,
      biztalk,
      server,
      "^packages/cli/package\\.json$",
      ANY_NODE_MODULE,
      library("commander"),
    ],
    "Ask a package of ours, or defend the new dependency in docs/decisions.",
  ),
  only(
    "server",
    server,
    [
      protocol,
      crypto,
      backup,
      biztalk,
      ANY_NODE_MODULE,
      library("fastify", "kysely", "pino", "postgres", "prom-client"),
      X509_LIBRARIES,
    ],
    "Ask a package of ours, or defend the new dependency in docs/decisions.",
  ),
];

const base = layerPath("base");
const platform = layerPath("platform");
const domain = layerPath("domain");
const storage = layerPath("storage");
const cluster = layerPath("cluster");
const http = layerPath("http");
const below = [base, platform, domain, protocol, crypto, biztalk];

const layers = [
  only(
    "server-base",
    base,
    [protocol],
    "Helpers here are pure and know nothing of the server: move this up to the layer that needs it.",
  ),
  only(
    "server-platform",
    platform,
    [base, protocol, crypto, ANY_NODE_MODULE, library("pino", "prom-client")],
    "The platform offers capabilities and knows no rule: take what it needs as a parameter.",
  ),
  only(
    "server-domain",
    domain,
    [base, platform, protocol, crypto, biztalk],
    "The domain decides and does no I/O: state the need as a port here, and let an adapter implement it.",
  ),
  only(
    "server-storage",
    storage,
    [...below, ANY_NODE_MODULE, library("kysely", "postgres")],
    "Storage implements ports of the domain: what it shares with cluster or http belongs there, and app wires them.",
  ),
  only(
    "server-cluster",
    cluster,
    [...below, ANY_NODE_MODULE, X509_LIBRARIES],
    "The cluster layer drives state machines: take a port of the domain, and let app pass the implementation.",
  ),
  only(
    "server-http",
    http,
    [...below, ANY_NODE_MODULE, library("fastify", "prom-client")],
    "A handler parses, authorises, calls and renders: call a use case of the domain, and let app pass the stores.",
  ),
];

const gates = [
  gate(
    "crypto",
    node("crypto"),
    [crypto, "^packages/server/src/platform/random\\.ts$"],
    "Call packages/crypto, or ask the RandomSource that is passed in.",
  ),
  gate(
    "sqlite",
    node("sqlite"),
    ["^packages/server/src/storage/sqlite/"],
    "Ask a port; only storage/sqlite knows the driver.",
  ),
  gate(
    "postgres",
    library("postgres", "pg"),
    ["^packages/server/src/storage/postgres/"],
    "Ask a port; only storage/postgres knows the driver.",
  ),
  gate(
    "files",
    node("fs"),
    [platform, layerPath("app"), cli],
    "Take a port, or the bytes themselves: platform/files.ts implements it.",
  ),
  gate(
    "network",
    node("net", "tls", "http", "https", "http2", "dgram", "dns"),
    [
      http,
      `${cluster}transport/`,
      layerPath("app"),
      cli,
      "^packages/server/src/storage/postgres/one-connection\\.ts$",
    ],
    "Take a function that is passed in; the outer layers know the network.",
  ),
  gate(
    "certificates",
    X509_LIBRARIES,
    [`${cluster}certificates/`],
    "Ask for a certificate through the CertificateIssuer that is passed in; packages/crypto reads one.",
  ),
  gate(
    "processes",
    node("child_process", "cluster"),
    [cli],
    "The service starts no processes; what needs one is the operator's act, in the CLI.",
  ),
];

/** What writes the rows that are the master secret server's alone (P2). */
const fenced = gate(
  "fenced-tables",
  "^packages/server/src/storage/kysely/(stores|fence|(system|charter|node|invitation|sealed-keyring|version|backup)-store)\\.ts$",
  [
    "^packages/server/src/storage/kysely/(stores|kysely-database|mastership-store|settle-outcome)\\.ts$",
    "^packages/server/src/storage/migrations/(migrate|schema-steps)\\.ts$",
  ],
  "Only the master secret server writes these tables, and only through SsoDatabase.fenced or a claim: ask for FencedStores.",
);

const simulation: readonly LayerRule[] = [
  {
    name: "gate-simulation",
    comment:
      "A run is decided by its seed: ask the virtual time and the seeded chance that are passed in.",
    severity: "error",
    from: {
      path: "^simulation/",
      // What starts runs, and what plays schedules on real databases, knows the machine.
      pathNot: [TESTS, "^simulation/(main|run/batch)\\.ts$", "^simulation/(mutations|schedules)/"],
    },
    to: { path: ANY_NODE_MODULE },
  },
];

const shape: readonly LayerRule[] = [
  {
    name: "no-circular",
    comment:
      "If two modules need each other, a third thing is missing: name it, or pass a function.",
    severity: "error",
    from: { path: "^(packages|simulation)/" },
    to: { circular: true },
  },
  {
    name: "no-circular-features",
    comment: "If two features need each other, a third one is missing, or one of them owns both.",
    severity: "error",
    scope: "folder",
    from: { path: "^packages/server/src/domain/" },
    to: { circular: true },
  },
  {
    name: "no-orphans",
    comment: "Nothing imports this file and it imports nothing: use it or delete it.",
    severity: "error",
    from: { orphan: true, path: "^packages/[^/]+/src/", pathNot: [TESTS, "/index\\.ts$"] },
    to: {},
  },
  {
    name: "no-imported-tests",
    comment: "What two tests share is a module of its own, under test/ or tools/.",
    severity: "error",
    from: { path: "^packages/[^/]+/src/", pathNot: TESTS },
    to: { path: ["\\.test\\.ts$", "^packages/[^/]+/test/", "^tools/", "/storage/contract/"] },
  },
  {
    name: "no-unresolvable",
    comment: "There is no such module: correct the path, with its .ts, or add the dependency.",
    severity: "error",
    from: { path: "^packages/" },
    to: { couldNotResolve: true },
  },
];

export const LAYER_RULES: readonly LayerRule[] = [
  ...packages,
  ...layers,
  ...gates,
  fenced,
  ...simulation,
  ...shape,
];

export const CRUISE_OPTIONS: ICruiseOptions = {
  doNotFollow: { path: "node_modules" },
  // Type imports couple layers as much as others do.
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["import", "node", "default", "types"],
    extensions: [".ts", ".js", ".mjs", ".json"],
  },
};
