/** The file that a user's Node starts, whatever its age, and the manifest beside it. */

const NODE_MAJOR_MIN = 24;

/**
 * A file that an old Node can read as well, which says what is wrong with that Node. Everything
 * else is in `main.js`, which is read only by a Node that understands it.
 */
export function launcher(): string {
  return `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < ${NODE_MAJOR_MIN}) {
  console.error(
    "chatelaine: this is Node " + process.versions.node + "; Node ${NODE_MAJOR_MIN} or later is needed"
  );
  process.exitCode = 1;
} else {
  import("./main.js");
}
`;
}

/** The manifest of what is built, from that of the CLI; it needs nothing installed beside it. */
export function manifest(cliManifest: string): string {
  const { version, license } = parseManifest(cliManifest);
  const content = {
    name: "chatelaine",
    version,
    license,
    type: "module",
    bin: { chatelaine: "./chatelaine.js" },
    engines: { node: `>=${NODE_MAJOR_MIN}` },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function parseManifest(text: string): { readonly version: string; readonly license: string } {
  return JSON.parse(text) as { version: string; license: string };
}
