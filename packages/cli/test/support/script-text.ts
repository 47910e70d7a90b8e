import type { ScriptPlace, StepOutcome } from "./script-place.ts";

/** One command of a script and the text that stands below it. */
export interface Step {
  readonly command: string;
  readonly expected: string;
}

/** Text before the first command says what the script is about. */
export interface Script {
  readonly about: string;
  readonly steps: readonly Step[];
}

const PROMPT = "$ ";

export function parseScript(text: string): Script {
  const [about = "", ...rest] = text.split(/^\$ /m);
  const steps = rest.map((part) => {
    const end = part.indexOf("\n");
    return { command: part.slice(0, end), expected: part.slice(end + 1) };
  });
  return { about, steps };
}

export function renderScript({ about, steps }: Script): string {
  return about + steps.map(({ command, expected }) => `${PROMPT}${command}\n${expected}`).join("");
}

/**
 * What a step did, as a script shows it: the answer, then what was said on the other stream behind
 * `! `, then the exit code if it is not 0, then an empty line.
 */
export function renderOutcome(
  { code, stdout, stderr }: StepOutcome,
  place: Pick<ScriptPlace, "directory" | "home">,
): string {
  const said = stderr.replace(/^(?=.)/gm, "! ");
  const end = code === 0 ? "" : `[exit ${code}]\n`;
  const text = withNames(stdout, place) + withNames(said, place) + end;
  return text === "" ? "\n" : `${text.replace(/\n*$/, "\n")}\n`;
}

/** What differs from run to run, and the name that stands for it. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/\bchat_[a-z2-7]{16}_[a-z2-7]{52}\b/g, "<token>"],
  [/\bchatjoin_[a-z2-7]{200,}\b/g, "<join-token>"],
  [/\bapp_[a-z2-7]{16}\b/g, "<application>"],
  [/\b[0-9a-f]{32}\b/g, "<revision>"],
  [/\bnod_[a-z2-7]{16}\b/g, "<node>"],
  [/\bbak_[a-z2-7]{16}\b/g, "<backup>"],
  [/\breq_[a-z2-7]{16}\b/g, "<request>"],
  [/\b[a-z2-7]{26}\b/g, "<system>"],
  [/\b[0-9a-f]{64}\b|\b[0-9a-f]{16}\b/g, "<check>"],
  [/\b[a-z2-7]{16}\b/g, "<token-id>"],
  [/"([a-z]+AtMs|atMs)": \d+/g, '"$1": <ms>'],
  [/127\.0\.0\.1:\d{5}\b/g, "127.0.0.1:<port>"],
  [/epoch"?:? "?\d+/g, "epoch <number>"],
  [/\bprocess \d+\b/g, "process <number>"],
  [/\bcheck value [0-9a-f]{8}\b/g, "check value <check>"],
  [/\bport \d+/g, "port <number>"],
];

function withNames(text: string, place: Pick<ScriptPlace, "directory" | "home">): string {
  const placed = text.replaceAll(place.directory, "<here>").replaceAll(place.home, "<home>");
  return NAMES.reduce((named, [pattern, name]) => named.replace(pattern, name), placed);
}
