import type { ApplicationCreate, ApplicationUpdate, ApplicationView } from "@chatelaine/protocol";
import { CodedError } from "@chatelaine/server";
import {
  fieldChanges,
  settingsOf,
  type ApplicationOptions,
  type Renaming,
} from "../application-options.ts";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { confirmByName } from "../confirmation.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { findNode } from "../node-client.ts";
import { instant, pairs, table, yesNo } from "../output.ts";
import { collectPages } from "../pages.ts";

export interface ListOptions extends NodeOptions {
  readonly limit: number;
}

export interface CreateOptions extends NodeOptions, ApplicationOptions {
  readonly type: ApplicationCreate["type"];
  readonly enable?: boolean;
}

export interface UpdateOptions extends NodeOptions, ApplicationOptions {
  readonly renameField?: readonly Renaming[];
  readonly mask?: readonly string[];
  readonly ifMatch?: string;
}

export interface ChangeOptions extends NodeOptions {
  readonly ifMatch?: string;
}

export interface DeleteOptions extends ChangeOptions {
  readonly yes?: boolean;
}

/** `chatelaine application list`. */
export async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const client = await findNode(context, options);
  const page = await collectPages(options, async (query) => {
    const { json } = await client.call("application.list", { query });
    return json;
  });
  const rows = page.items.map((each) => [
    each.name,
    each.type,
    yesNo(each.enabled),
    String(each.fields.length),
    each.description,
  ]);
  answer(context, options, page, table(["name", "type", "enabled", "fields", "description"], rows));
}

/** `chatelaine application show NAME`. */
export async function show(
  context: CommandContext,
  application: string,
  options: NodeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("application.show", { params: { application } });
  answer(context, options, json, lines(json));
}

/** `chatelaine application create NAME`. */
export async function create(
  context: CommandContext,
  name: string,
  options: CreateOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { type, enable } = options;
  const { json } = await client.call("application.create", {
    json: { name, type, ...(enable === true && { enabled: true }), ...settingsOf(options) },
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [
    ...lines(json),
    ...(json.enabled
      ? []
      : ["", "It is disabled until `chatelaine application enable` lets it be used."]),
  ]);
}

/** `chatelaine application update NAME`. */
export async function update(
  context: CommandContext,
  application: string,
  options: UpdateOptions,
): Promise<void> {
  const { renameField = [], mask = [] } = options;
  const settings = settingsOf(options);
  if (Object.keys(settings).length + renameField.length + mask.length === 0) {
    throw new CodedError("request-invalid", {
      detail: "there is nothing to change; name it by an option, such as --description TEXT",
    });
  }
  const client = await findNode(context, options);
  const params = { application };
  const read = async (): Promise<ApplicationUpdate> => {
    const { json } = await client.call("application.show", { params });
    const fields = fieldChanges(json.fields, renameField, mask);
    return { ...settings, fields: [...fields, ...(settings.fields ?? [])] };
  };
  const { json } = await client.call("application.update", {
    params,
    json: renameField.length + mask.length === 0 ? settings : await read(),
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, lines(json));
}

/** `chatelaine application enable NAME` and `disable NAME`. */
export async function setEnabled(
  context: CommandContext,
  application: string,
  options: ChangeOptions,
  route: "application.enable" | "application.disable",
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call(route, {
    params: { application },
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [`${json.name} is ${json.enabled ? "enabled" : "disabled"}`]);
}

/** `chatelaine application delete NAME`. */
export async function remove(
  context: CommandContext,
  application: string,
  options: DeleteOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const params = { application };
  const { json: found } = await client.call("application.show", { params });
  await confirmByName(context.terminal, found.name, {
    question: `This deletes the application ${found.name}, its items and their history, for good.`,
    isYes: options.yes === true,
  });
  const { json } = await client.call("application.delete", {
    params,
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [`${json.name} is deleted`]);
}

function lines(application: ApplicationView): readonly string[] {
  const { fields, flags, windowsAccount, ticketTimeoutMinutes } = application;
  const minutes = ticketTimeoutMinutes === undefined ? "" : `${ticketTimeoutMinutes} minutes`;
  const isOn = Object.entries(flags).flatMap(([name, value]) => (value ? [name] : []));
  const optional = (name: string, value: string): (readonly [string, string])[] =>
    value === "" ? [] : [[name, value]];
  return [
    ...pairs([
      ["application", `${application.name} (${application.applicationId})`],
      ["type", application.type],
      ["enabled", yesNo(application.enabled)],
      ...optional("description", application.description),
      ...optional("contact", application.contact),
      ...optional("users", application.applicationUsers.join("; ")),
      ...optional("administrators", application.applicationAdministrators.join("; ")),
      ...optional("windows account", windowsAccount ?? ""),
      ...optional("flags", isOn.join(", ")),
      ...optional("ticket timeout", minutes),
      ["created", instant(application.createdAtMs)],
      ["updated", instant(application.updatedAtMs)],
      ["revision", application.revision],
    ]),
    ...(fields.length === 0 ? [] : ["", ...fieldTable(fields)]),
  ];
}

function fieldTable(fields: ApplicationView["fields"]): readonly string[] {
  return table(
    ["field", "type", "masked", "synchronized"],
    fields.map(({ name, type = "string", masked = false, synchronized = false }) => [
      name,
      type,
      yesNo(masked),
      yesNo(synchronized),
    ]),
  );
}
