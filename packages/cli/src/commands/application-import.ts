import {
  IMPORT_BODY_BYTES_MAX,
  type ApplicationImport,
  type ApplicationsImported,
} from "@chatelaine/protocol";
import type { ChatelaineClient } from "@chatelaine/sdk";
import { readWholeFile } from "@chatelaine/server";
import type { CommandContext, NodeOptions } from "../command-context.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { importEach, nameForMessages } from "../import-files.ts";
import { applicationLines, outcomeCounts } from "../imported-lines.ts";
import { findNode } from "../node-client.ts";
import { printable } from "../output.ts";

export interface ImportOptions extends NodeOptions {
  readonly createOnly?: boolean;
  readonly updateOnly?: boolean;
  readonly dryRun?: boolean;
}

/** `chatelaine application import FILE…`: shows what each becomes before it is written. */
export async function importFiles(
  context: CommandContext,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const client = await findNode(context, options);
  await importEach(context, options, files, async (file) => {
    const bytes = await readWholeFile(file, IMPORT_BODY_BYTES_MAX);
    return await importOne(context, client, { file, bytes }, options);
  });
}

interface ReadFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

async function importOne(
  { terminal }: CommandContext,
  client: ChatelaineClient,
  read: ReadFile,
  options: ImportOptions,
): Promise<ApplicationsImported> {
  if (options.json === true) {
    return await send(client, read, options, options.dryRun === true);
  }
  const planned = await send(client, read, options, true);
  for (const line of [`${printable(read.file)}:`, "", ...applicationLines(planned), ""]) {
    terminal.out(line);
  }
  if (options.dryRun === true) {
    terminal.out("A dry run: nothing was written.\n");
    return planned;
  }
  const done = await send(client, read, options, false);
  const isSame = JSON.stringify({ ...planned, dryRun: false }) === JSON.stringify(done);
  for (const line of isSame ? [] : ["It changed meanwhile:", "", ...applicationLines(done), ""]) {
    terminal.out(line);
  }
  const outcomes = done.applications.map(({ outcome }) => outcome);
  terminal.out(`imported  applications: ${outcomeCounts(outcomes)}\n`);
  return done;
}

async function send(
  client: ChatelaineClient,
  { file, bytes }: ReadFile,
  options: ImportOptions,
  dryRun: boolean,
): Promise<ApplicationsImported> {
  const { json } = await client.call("application.import", {
    json: { file: nameForMessages(file), mode: modeOf(options), ...(dryRun && { dryRun }) },
    parts: [bytes],
    ...(!dryRun && { idempotencyKey: newIdempotencyKey() }),
  });
  return json;
}

function modeOf({ createOnly, updateOnly }: ImportOptions): NonNullable<ApplicationImport["mode"]> {
  if (createOnly === true) {
    return "create";
  }
  return updateOnly === true ? "update" : "both";
}
