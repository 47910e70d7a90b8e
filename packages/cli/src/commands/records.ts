import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { findNode } from "../node-client.ts";
import { instant, table } from "../output.ts";
import { collectPages, type Page } from "../pages.ts";

export interface RecordOptions extends NodeOptions {
  readonly limit: number;
  readonly after?: string;
}

export interface AuditOptions extends RecordOptions {
  readonly action?: string;
  readonly application?: string;
}

/** `chatelaine audit list`. */
export async function audit(context: CommandContext, options: AuditOptions): Promise<void> {
  const client = await findNode(context, options);
  const { action, application } = options;
  const page = await collectPages(options, async (query) => {
    const { json } = await client.call("audit.list", { query: { ...query, action, application } });
    return json;
  });
  const rows = page.items.map((row) => [
    row.sequence,
    instant(row.atMs),
    row.outcome,
    row.action,
    `${row.caller} from ${row.source}`,
    inOneCell(row.about),
  ]);
  const header = ["sequence", "time", "outcome", "action", "caller", "about"];
  answer(context, options, page, table(header, rows));
  noteMore(context, page);
}

/** `chatelaine events`. */
export async function events(context: CommandContext, options: RecordOptions): Promise<void> {
  const client = await findNode(context, options);
  const page = await collectPages(options, async (query) => {
    const { json } = await client.call("event.list", { query });
    return json;
  });
  const rows = page.items.map((event) => [
    String(event.sequence),
    instant(event.atMs),
    event.severity,
    event.code,
    event.entssoId === undefined ? "" : String(event.entssoId),
    [event.meaning, inOneCell(event.fields)].filter((part) => part !== "").join("; "),
  ]);
  const header = ["sequence", "time", "severity", "code", "entsso", "meaning"];
  answer(context, options, page, table(header, rows));
  noteMore(context, page);
}

function inOneCell(details: Readonly<Record<string, string>>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function noteMore({ terminal }: CommandContext, { next }: Page<unknown>): void {
  if (next !== undefined) {
    terminal.note(`there are more; go on with --after ${next}`);
  }
}
