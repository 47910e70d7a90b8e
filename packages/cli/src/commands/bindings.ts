import { resolve } from "node:path";
import type { BindingsExported } from "@chatelaine/protocol";
import { ChatelaineError } from "@chatelaine/sdk";
import { writeNewFile } from "@chatelaine/server";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { confirmByName } from "../confirmation.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { ImportWatch } from "../import-watch.ts";
import { assertFileFree } from "../new-file.ts";
import { findNode } from "../node-client.ts";
import { instant, printable, table } from "../output.ts";
import { collectPages } from "../pages.ts";

export interface ListOptions extends NodeOptions {
  readonly limit: number;
}

export interface ExportOptions extends NodeOptions {
  readonly reveal?: boolean;
  readonly out?: string;
}

export interface DeleteOptions extends NodeOptions {
  readonly yes?: boolean;
  readonly ifMatch?: string;
}

/** `chatelaine bindings list`. */
export async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const client = await findNode(context, options);
  const page = await collectPages(options, async (query) => {
    const { json } = await client.call("bindings.list", { query });
    return json;
  });
  const rows = page.items.map((each) => [
    each.name,
    String(each.applications.length),
    String(each.items),
    String(each.bytes),
    instant(each.writtenAtMs),
    each.writtenBy,
  ]);
  const header = ["name", "applications", "items", "bytes", "written", "by"];
  answer(context, options, page, table(header, rows));
}

/** `chatelaine bindings export NAME`: to standard output or to a new file, as the file was written. */
export async function exportFile(
  context: CommandContext,
  name: string,
  options: ExportOptions,
): Promise<void> {
  const path = options.out === undefined ? undefined : resolve(options.out);
  if (path !== undefined) {
    await assertFileFree(path);
  }
  const client = await findNode(context, options, new ImportWatch({}, true).manner);
  const route = options.reveal === true ? "bindings.reveal" : "bindings.export";
  const { json, parts } = await client.call(route, { params: { name } });
  const [file] = parts;
  if (file === undefined) {
    throw new ChatelaineError("internal", "the node sent no file");
  }
  if (path !== undefined) {
    await writeNewFile(path, file);
    answer(context, options, { ...json, path }, [`${printable(json.name)} is in ${path}`]);
  } else if (options.json === true) {
    answer(context, options, { ...json, fileBase64: Buffer.from(file).toString("base64") }, []);
  } else {
    await context.terminal.outFile(file);
  }
  file.fill(0);
  for (const note of exportNotes(json)) {
    context.terminal.note(note);
  }
}

function exportNotes({ changed, hidden, gone }: BindingsExported): readonly string[] {
  const are = (count: number, one: string, many: string): string =>
    count === 1 ? `1 ${one}` : `${String(count)} ${many}`;
  return [
    ...(changed > 0
      ? [`${are(changed, "value differs", "values differ")} from the imported file`]
      : []),
    ...(hidden > 0
      ? [`${are(hidden, "secret is", "secrets are")} hidden; --reveal shows them`]
      : []),
    ...(gone > 0
      ? [`${are(gone, "value is", "values are")} of the imported file, since the item has none`]
      : []),
  ];
}

/** `chatelaine bindings delete NAME`. */
export async function remove(
  context: CommandContext,
  name: string,
  options: DeleteOptions,
): Promise<void> {
  const client = await findNode(context, options);
  await confirmByName(context.terminal, name, {
    question:
      `This deletes the kept binding file ${printable(name)} for good: it cannot be exported ` +
      "any more. Its applications and items stay.",
    isYes: options.yes === true,
  });
  const { json } = await client.call("bindings.delete", {
    params: { name },
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [
    `${printable(json.name)} is deleted; its applications and items stay`,
  ]);
}
