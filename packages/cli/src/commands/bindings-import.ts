import { basename } from "node:path";
import { foldName } from "@chatelaine/crypto";
import { BINDINGS_BODY_BYTES_MAX, type BindingsImported } from "@chatelaine/protocol";
import type { ChatelaineClient } from "@chatelaine/sdk";
import { CodedError, readWholeFile } from "@chatelaine/server";
import type { CommandContext, NodeOptions } from "../command-context.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { importEach, nameForMessages } from "../import-files.ts";
import { ImportWatch } from "../import-watch.ts";
import { bindingsLines, outcomeCounts } from "../imported-lines.ts";
import { missingLines } from "../missing-secrets.ts";
import { findNode } from "../node-client.ts";
import { printable } from "../output.ts";

export interface ImportOptions extends NodeOptions {
  readonly name?: string;
  readonly mask?: readonly string[];
  readonly dryRun?: boolean;
}

/** `chatelaine bindings import FILE…`: shows what each becomes before it is written. */
export async function importFiles(
  context: CommandContext,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  assertNames(files, options);
  const watch = new ImportWatch(context.terminal, options.json === true);
  const client = await findNode(context, options, watch.manner);
  await importEach(context, options, files, async (file) => {
    const bytes = await readWholeFile(file, BINDINGS_BODY_BYTES_MAX);
    try {
      return await importOne({ context, client, watch, file, bytes }, options);
    } finally {
      bytes.fill(0);
    }
  });
}

/** Two files of one name: the second would take the place of the first. */
function assertNames(files: readonly string[], { name }: ImportOptions): void {
  if (name !== undefined && files.length > 1) {
    throw new CodedError("request-invalid", {
      detail: "--name is for one file; leave it out, and each is called as its file is",
    });
  }
  const names = files.map((file) => foldName(nameOf(file).toWellFormed()));
  const [twice] = files.filter((_, index) => names.indexOf(names[index] ?? "") < index);
  if (twice !== undefined) {
    throw new CodedError("request-invalid", {
      detail: `two of the files are called ${nameOf(twice)}; import them one by one, with --name`,
    });
  }
}

/** Without the directory and `.xml`. */
function nameOf(file: string): string {
  const base = basename(file);
  return base.replace(/(?<=.)\.xml$/i, "");
}

interface Importing {
  readonly context: CommandContext;
  readonly client: ChatelaineClient;
  readonly watch: ImportWatch;
  readonly file: string;
  readonly bytes: Uint8Array;
}

async function importOne(importing: Importing, options: ImportOptions): Promise<BindingsImported> {
  const { terminal } = importing.context;
  if (options.json === true) {
    return await send(importing, options, options.dryRun === true);
  }
  const show = (lines: readonly string[]): void => {
    for (const line of lines) {
      terminal.out(line);
    }
  };
  const planned = await send(importing, options, true);
  show([`${printable(importing.file)}:`, "", ...bindingsLines(planned)]);
  if (options.dryRun === true) {
    show([...missingLines(planned, options), "", "A dry run: nothing was written.", ""]);
    return planned;
  }
  const done = await send(importing, options, false);
  if (!isSame(planned, done)) {
    show(["", "It changed while it was shown. What was done:", "", ...bindingsLines(done)]);
  }
  const made = outcomeCounts(done.applications.map(({ outcome }) => outcome));
  show([`imported      applications: ${made}`, ...missingLines(done, options), ""]);
  return done;
}

async function send(
  { client, watch, file, bytes }: Importing,
  { name, mask }: ImportOptions,
  dryRun: boolean,
): Promise<BindingsImported> {
  const title = `${dryRun ? "looking at" : "importing"} ${nameForMessages(file)}`;
  return await watch.run(client, title, async (progressId) => {
    const { json } = await client.call("bindings.import", {
      json: {
        name: name ?? nameOf(file),
        file: nameForMessages(file),
        ...(mask !== undefined && { mask }),
        ...(dryRun && { dryRun }),
        ...(progressId !== undefined && { progressId }),
      },
      parts: [bytes],
      ...(!dryRun && { idempotencyKey: newIdempotencyKey() }),
    });
    return json;
  });
}

function isSame(planned: BindingsImported, done: BindingsImported): boolean {
  return JSON.stringify({ ...planned, dryRun: false }) === JSON.stringify(done);
}
