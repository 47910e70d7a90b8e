import type { ApplicationsImported, BindingsImported, ConfigImported } from "@chatelaine/protocol";
import { table, yesNo } from "./output.ts";

/** What imports do, for people: the same lines before and after, so that they can be compared. */

const HANDLERS_SHOWN = 10;

type Item = BindingsImported["items"][number];
type ImportedApplication = BindingsImported["applications"][number];

/** Names everything that a binding file becomes; of items that stay as they are only their number. */
export function bindingsLines(imported: BindingsImported): readonly string[] {
  const { applications, items } = imported;
  const listed = items.filter(({ outcome }) => outcome !== "unchanged");
  return [
    ...(applications.length === 0 ? ["Nothing in it is kept in a config store."] : []),
    ...(applications.length === 0 ? [] : applicationTable(applications)),
    ...(listed.length === 0 ? [] : ["", ...itemTable(listed)]),
    "",
    ...countLines(imported),
  ];
}

function applicationTable(applications: readonly ImportedApplication[]): readonly string[] {
  return table(
    ["application", "is", "new fields", "masked from now on"],
    applications.map(({ name, outcome, newFields, newlyMasked }) => [
      name,
      outcome,
      String(newFields.length),
      [...newFields.flatMap((field) => (field.masked ? [field.name] : [])), ...newlyMasked].join(
        ", ",
      ),
    ]),
  );
}

function itemTable(items: readonly Item[]): readonly string[] {
  return table(
    ["item", "of application", "is", "line", "secrets"],
    items.map(({ application, identifier, outcome, line, missing, kept }) => [
      identifier,
      application,
      outcome,
      line === undefined ? "" : String(line),
      [...named("missing", missing), ...named("kept", kept)].join("; "),
    ]),
  );
}

function named(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
}

function countLines({ name, outcome, items, handlers }: BindingsImported): readonly string[] {
  const kept = items.reduce((sum, item) => sum + item.kept.length, 0);
  const hosts = handlerTexts(handlers);
  const shown = hosts.slice(0, HANDLERS_SHOWN).join(", ");
  const more = hosts.length > HANDLERS_SHOWN ? ", …" : "";
  return [
    `file          ${name}: ${outcome}`,
    `items         ${outcomeCounts(items.map((item) => item.outcome))}`,
    ...(kept > 0 ? [`kept secrets  ${String(kept)}, which the file lacks`] : []),
    ...(hosts.length > 0 ? [`handlers      ${shown}${more}; references only`] : []),
  ];
}

/** Each host once, with the adapters it handles. */
function handlerTexts(handlers: BindingsImported["handlers"]): readonly string[] {
  const byHost = Map.groupBy(handlers, ({ host }) => host);
  return [...byHost].map(([host, ofHost]) => {
    const uses = ofHost.map(({ kind, adapter }) => `${kind} ${adapter ?? ""}`.trimEnd());
    return `${host} (${[...new Set(uses)].join(", ")})`;
  });
}

/** `3 created, 2 unchanged`, in the order in which people ask. */
export function outcomeCounts(outcomes: readonly string[]): string {
  const counts = ["created", "changed", "unchanged", "gone"].flatMap((outcome) => {
    const count = outcomes.filter((each) => each === outcome).length;
    return count === 0 ? [] : [`${String(count)} ${outcome}`];
  });
  return counts.length === 0 ? "none" : counts.join(", ");
}

export function applicationLines({ applications }: ApplicationsImported): readonly string[] {
  return table(
    ["application", "type", "is", "enabled", "line", "what changes"],
    applications.map(({ name, type, outcome, enabled, line, changes, ignored }) => [
      name,
      type,
      outcome,
      yesNo(enabled),
      String(line),
      [changes.join(", "), ...named("ignored", ignored)].filter((text) => text !== "").join("; "),
    ]),
  );
}

export function configLines(imported: ConfigImported): readonly string[] {
  const { application, identifier, outcome, settings, newFields } = imported;
  const added = new Map(newFields.map((field) => [field.name, field]));
  return [
    ...table(
      ["item", "of application", "is"],
      [[identifier, `${application.name} (${application.outcome})`, outcome]],
    ),
    "",
    ...table(
      ["setting", "is", "field"],
      settings.map((setting) => [
        setting.name,
        setting.outcome,
        fieldText(added.get(setting.name)),
      ]),
    ),
  ];
}

function fieldText(field: ConfigImported["newFields"][number] | undefined): string {
  return field === undefined ? "" : field.masked ? "new, masked" : "new, not masked";
}
