/**
 * `parse-file saxes|bindings FILE`: parses one file in a process of its own and prints, as JSON,
 * how long that took and how much memory it needed beyond the text.
 */
import * as fs from "node:fs";
import { decodeText, parseBindings } from "@chatelaine/biztalk";
import { SaxesParser } from "saxes";

const PIECE_UNITS = 64 * 1024;

const [parser = "", file = ""] = process.argv.slice(2);
const { text } = decodeText(fs.readFileSync(file));
const before = residentMib("VmRSS");
fs.writeFileSync("/proc/self/clear_refs", "5"); // the highest so far begins anew (proc(5))
const startedAt = performance.now();
const found = parser === "saxes" ? parseBare() : await parseWhole();
const elapsedMs = performance.now() - startedAt;
const beyondMib = residentMib("VmHWM") - before;
console.log(JSON.stringify({ elapsedMs, beyondMib, found }));

/** The elements of the outer document alone; nothing is kept of them. */
function parseBare(): number {
  let elements = 0;
  const saxes = new SaxesParser();
  saxes.on("opentag", () => {
    elements += 1;
  });
  for (let at = 0; at < text.length; at += PIECE_UNITS) {
    saxes.write(text.slice(at, at + PIECE_UNITS));
  }
  saxes.close();
  return elements;
}

async function parseWhole(): Promise<number> {
  const { transports } = await parseBindings(text, { mask: [] });
  return transports.reduce((sum, { properties }) => sum + properties.length, 0);
}

function residentMib(what: "VmRSS" | "VmHWM"): number {
  const status = fs.readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${what}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
}
