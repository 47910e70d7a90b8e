import type { SecretBytes } from "@chatelaine/crypto";
import type { ApplicationView, ItemSet } from "@chatelaine/protocol";
import { CodedError, isCoded, readWholeFile } from "@chatelaine/server";
import { getField } from "./application-options.ts";
import type { Terminal } from "./terminal.ts";

/** `NAME=VALUE` or `NAME=FILE`, taken apart at the first `=`. */
export type Assignment = readonly [name: string, value: string];

/** Where the values of an item come from. */
export interface ItemSources {
  /** Arguments, which other users of the machine can see while the command runs. */
  readonly assignments: readonly Assignment[];
  /** Asked for without showing what is typed. */
  readonly asked: readonly string[];
  /** Files without the line break at their end. */
  readonly secretFiles: readonly Assignment[];
  /** Files as they are. */
  readonly files: readonly Assignment[];
  readonly unset: readonly string[];
  /** Whether standard input is a JSON object of properties. */
  readonly takesInput: boolean;
}

type Field = ApplicationView["fields"][number];
type Value = ItemSet["properties"][string];
type Properties = Readonly<Record<string, Value>>;

/**
 * The values as they are sent, typed as their fields. They are strings from here on, because they
 * travel as JSON. Nothing is asked or read before every name was found to be a field, and no masked
 * one was given as an argument. Throws `field-unknown`, `value-invalid`, `request-invalid`,
 * `file-unreadable`; none of them repeats a value.
 */
export async function collectChanges(
  terminal: Terminal,
  fields: readonly Field[],
  sources: ItemSources,
): Promise<Properties> {
  const named = new Map<string, Field>();
  const take = (name: string): Field => {
    const field = getField(fields, name);
    if (named.has(field.name)) {
      throw new CodedError("request-invalid", { detail: `${field.name} is given twice` });
    }
    named.set(field.name, field);
    return field;
  };
  const plans = [
    ...sources.assignments.map((each) => assigned(take(each[0]), each[1])),
    ...sources.unset.map((name) => unset(take(name))),
    ...sources.secretFiles.map(([name, file]) => fromFile(take(name), file, "without-line-end")),
    ...sources.files.map(([name, file]) => fromFile(take(name), file, "as-it-is")),
    ...sources.asked.map((name) => asked(terminal, take(name))),
  ];
  assertMayAsk(terminal, sources.asked);
  const properties: [string, Value][] = [];
  for (const { name, read } of plans) {
    properties.push([name, await read()]);
  }
  for (const [name, value] of await inputOf(terminal, sources)) {
    properties.push([take(name).name, value]);
  }
  return Object.fromEntries(properties);
}

/** A value that is not read yet. */
interface Plan {
  readonly name: string;
  readonly read: () => Promise<Value>;
}

function assigned(field: Field, text: string): Plan {
  const { name } = field;
  if (field.masked === true) {
    throw new CodedError("request-invalid", {
      detail:
        `${name} is masked, and arguments can be seen by others on this machine; ` +
        `give it with --secret ${name}, --secret-file ${name}=FILE or --stdin`,
    });
  }
  return { name, read: async () => typed(field, text) };
}

function unset({ name }: Field): Plan {
  return { name, read: async () => null };
}

function fromFile(field: Field, path: string, mode: "as-it-is" | "without-line-end"): Plan {
  const read = async (): Promise<Value> => {
    const bytes = await readWholeFile(path);
    const text = decodeUtf8(bytes);
    bytes.fill(0);
    if (text === undefined) {
      throw new CodedError("value-invalid", { detail: `${path} is not a text in UTF-8` });
    }
    return typed(field, mode === "as-it-is" ? text : text.replace(/\r?\n$/, ""));
  };
  return { name: field.name, read };
}

function asked(terminal: Terminal, field: Field): Plan {
  const read = async (): Promise<Value> => {
    using line = await askHidden(terminal, field.name);
    return typed(
      field,
      line.use((bytes) => new TextDecoder().decode(bytes)),
    );
  };
  return { name: field.name, read };
}

async function askHidden(terminal: Terminal, name: string): Promise<SecretBytes> {
  const entered = await terminal.askHidden(`${name}: `).catch((error: unknown) => {
    if (isCoded(error, "passphrase-required")) {
      return undefined; // Ctrl-C
    }
    throw error;
  });
  if (entered === undefined || entered.length === 0) {
    throw new CodedError("request-invalid", {
      detail: `nothing was entered for ${name}; to remove its value, use --unset ${name}`,
    });
  }
  return entered;
}

function assertMayAsk(terminal: Terminal, [name]: readonly string[]): void {
  if (name !== undefined && !terminal.isInteractive) {
    throw new CodedError("request-invalid", {
      detail: `no terminal to ask for ${name} on; give it with --secret-file ${name}=FILE or --stdin`,
    });
  }
}

/** The text as a value of the field's type; the node checks JSON and XML. */
function typed({ name, type }: Field, text: string): Value {
  if (type === "number") {
    return numberOf(name, text.trim());
  }
  return type === "boolean" ? booleanOf(name, text.trim()) : text;
}

function numberOf(name: string, word: string): number {
  const number = word === "" ? NaN : Number(word);
  if (!Number.isFinite(number)) {
    throw new CodedError("value-invalid", { detail: `${name} must be a number` });
  }
  return number;
}

function booleanOf(name: string, word: string): boolean {
  if (word !== "true" && word !== "false") {
    throw new CodedError("value-invalid", { detail: `${name} must be true or false` });
  }
  return word === "true";
}

async function inputOf(
  terminal: Terminal,
  { takesInput }: ItemSources,
): Promise<readonly (readonly [string, Value])[]> {
  if (!takesInput) {
    return [];
  }
  using input = await terminal.input();
  const parsed = input.use(parseJson);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new CodedError("request-invalid", {
      detail: 'standard input is not a JSON object such as {"Server": "db1", "Retries": 3}',
    });
  }
  return Object.entries(parsed).map(([name, value]) => [name, assertValue(name, value)] as const);
}

/** The error of `JSON.parse` would quote what it read. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes) ?? "");
  } catch {
    return undefined; // the caller says so
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // the caller says so
  }
}

function assertValue(name: string, value: unknown): Value {
  if (
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean" ||
    value === null
  ) {
    return value;
  }
  throw new CodedError("value-invalid", {
    detail: `${name} must be a text, a number, true, false or null; write JSON as a text`,
  });
}
