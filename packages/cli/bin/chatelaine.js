#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one says what is wrong.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(`chatelaine: needs Node 24 or later, this is ${process.version}`);
  console.error("hint: inside a clone run `npx --no chatelaine`, which brings its own Node");
  process.exit(1);
}
await import("../src/main.ts");
