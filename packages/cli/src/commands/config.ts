import { BATCH_MAX, type BatchAnswer, type ItemView } from "@chatelaine/protocol";
import { ChatelaineError, type ChatelaineClient } from "@chatelaine/sdk";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { findNode } from "../node-client.ts";
import { instant, pairs, table } from "../output.ts";
import { collectPages } from "../pages.ts";

export interface ListOptions extends NodeOptions {
  readonly prefix?: string;
  readonly limit: number;
}

export interface GetOptions extends NodeOptions {
  readonly reveal?: boolean;
}

/** `chatelaine config list APPLICATION`. */
export async function list(
  context: CommandContext,
  application: string,
  options: ListOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { prefix } = options;
  const page = await collectPages(options, async (query) => {
    const params = { application };
    const { json } = await client.call("config.list", { params, query: { ...query, prefix } });
    return json;
  });
  const rows = page.items.map((each) => [
    each.identifier,
    instant(each.writtenAtMs),
    each.writtenBy,
    each.revision,
  ]);
  answer(context, options, page, table(["identifier", "written", "by", "revision"], rows));
}

/** `chatelaine config get APPLICATION IDENTIFIER…`. */
export async function get(
  context: CommandContext,
  application: string,
  identifiers: readonly string[],
  options: GetOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const [identifier] = identifiers;
  if (identifier !== undefined && identifiers.length === 1) {
    const params = { application, identifier };
    const route = options.reveal === true ? "config.reveal" : "config.get";
    const { json } = await client.call(route, { params });
    answer(context, options, json, itemLines(json));
    return;
  }
  const { items, notFound } = await batch(client, application, identifiers, options);
  const separated = items.flatMap((item, index) => [
    ...(index === 0 ? [] : [""]),
    ...itemLines(item),
  ]);
  answer(context, options, { items, notFound }, separated);
  if (notFound.length > 0) {
    throw new ChatelaineError("config-item-not-found", `there is no item ${notFound.join(", ")}`);
  }
}

/** As many requests as it takes; the items come in the order they were asked for. */
async function batch(
  client: ChatelaineClient,
  application: string,
  identifiers: readonly string[],
  { reveal }: GetOptions,
): Promise<BatchAnswer> {
  const route = reveal === true ? "config.batch-reveal" : "config.batch-get";
  const answers: BatchAnswer[] = [];
  for (let start = 0; start < identifiers.length; start += BATCH_MAX) {
    const { json } = await client.call(route, {
      params: { application },
      json: { identifiers: identifiers.slice(start, start + BATCH_MAX) },
    });
    answers.push(json);
  }
  return {
    items: answers.flatMap(({ items }) => items),
    notFound: answers.flatMap(({ notFound }) => notFound),
  };
}

function itemLines(item: ItemView): readonly string[] {
  const properties = Object.entries(item.properties).map(([name, value]) => [name, String(value)]);
  return [
    ...pairs([
      ["item", item.identifier],
      ["written", `${instant(item.writtenAtMs)} by ${item.writtenBy}`],
      ["revision", item.revision],
      ...(item.ageSeconds === undefined
        ? []
        : ([["age", `${String(item.ageSeconds)} s: the database is away`]] as const)),
    ]),
    "",
    ...table(
      ["field", "value"],
      [
        ...properties,
        ...item.masked.map((name) => [name, "(masked; --reveal shows it)"]),
        ...item.missing.map((name) => [name, "(no value)"]),
      ],
    ),
  ];
}

/** `chatelaine config history APPLICATION IDENTIFIER`. */
export async function history(
  context: CommandContext,
  params: { readonly application: string; readonly identifier: string },
  options: NodeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("config.history", { params });
  const rows = json.items.map((each) => [each.revision, instant(each.writtenAtMs), each.writtenBy]);
  answer(context, options, json, table(["former revision", "written", "by"], rows));
}
