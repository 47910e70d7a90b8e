import type { Keyring } from "@chatelaine/crypto";
import type { BatchAnswer, ItemPageView, ItemView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { ApplicationFinder } from "../application/application-store.ts";
import type { AuditAction } from "../audit/audit-action.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { Disclosures } from "../audit/disclosures.ts";
import type { LookedUp, Lookups } from "../lookup-cache/lookups.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import type { Reads } from "../transaction/transactions.ts";
import { openItem, renderItem, renderSummary } from "./config-item.ts";
import type { ConfigItemReader, SealedConfigItem } from "./config-item-store.ts";
import { findItemPlace, type ItemPlace } from "./item-place.ts";

export interface ReadStores {
  readonly applications: ApplicationFinder;
  readonly configItems: ConfigItemReader;
}

export interface ReadItemsDeps {
  readonly database: Reads<ReadStores>;
  /** For items themselves; lists and history need the database. */
  readonly lookups: Lookups<ReadStores>;
  readonly keyring: { forReading(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly disclosures: Disclosures;
}

/** Which item. */
export interface ItemName {
  /** Id or name. */
  readonly application: string;
  readonly identifier: string;
}

/** One item without its masked fields. Throws `config-item-not-found`, `cannot-open`. */
export async function getItem(
  deps: ReadItemsDeps,
  caller: Caller,
  { application, identifier }: ItemName,
): Promise<ItemView> {
  const read = await readItems(deps, caller, application, [identifier]);
  const view = viewOf(read, identifier, "masked");
  read.keep();
  return view;
}

/** One item with its masked fields; the disclosure is durable before this resolves (P10). */
export async function revealItem(
  deps: ReadItemsDeps,
  caller: Caller,
  { application, identifier }: ItemName,
): Promise<ItemView> {
  const read = await readItems(deps, caller, application, [identifier]);
  const view = viewOf(read, identifier, "revealed");
  read.keep();
  await disclose(deps, caller, "config.reveal", read.place, [identifier]);
  return view;
}

/** Several items of one application, read in one moment. */
export async function batchGet(
  deps: ReadItemsDeps,
  caller: Caller,
  application: string,
  identifiers: readonly string[],
): Promise<BatchAnswer> {
  const read = await readItems(deps, caller, application, identifiers);
  const answer = answerOf(read, "masked");
  read.keep();
  return answer;
}

export async function batchReveal(
  deps: ReadItemsDeps,
  caller: Caller,
  application: string,
  identifiers: readonly string[],
): Promise<BatchAnswer> {
  const read = await readItems(deps, caller, application, identifiers);
  const answer = answerOf(read, "revealed");
  read.keep();
  const found = answer.items.map(({ identifier }) => identifier);
  await disclose(deps, caller, "config.batch-reveal", read.place, found);
  return answer;
}

/** A page of identifiers and revisions, in the order of their UTF-8 bytes. */
export async function listItems(
  deps: ReadItemsDeps,
  caller: Caller,
  application: string,
  page: { readonly after: string | undefined; readonly limit: number; readonly prefix: string },
): Promise<ItemPageView> {
  const ring = deps.keyring.forReading();
  const rows = await deps.database.read(async (stores) => {
    const place = await findItemPlace(stores, deps.guard, ring, caller, application);
    const { applicationId } = place.application;
    return await stores.configItems.list(applicationId, { ...page, limit: page.limit + 1 });
  });
  const items = rows.slice(0, page.limit).map(renderSummary);
  const last = rows.length > page.limit ? items.at(-1)?.identifier : undefined;
  return { items, ...(last !== undefined && { next: last }) };
}

/** Former revisions, newest first; of a deleted item too. Throws `config-item-not-found`. */
export async function itemHistory(
  deps: ReadItemsDeps,
  caller: Caller,
  { application, identifier }: ItemName,
): Promise<ItemPageView> {
  const ring = deps.keyring.forReading();
  return await deps.database.read(async (stores) => {
    const place = await findItemPlace(stores, deps.guard, ring, caller, application);
    const { applicationId } = place.application;
    const rows = await stores.configItems.history(applicationId, identifier);
    if (rows.length === 0 && !(await stores.configItems.find(applicationId, identifier))) {
      throw notFound();
    }
    return { items: rows.map(renderSummary) };
  });
}

interface ReadItems {
  readonly ring: Keyring;
  readonly place: ItemPlace;
  readonly identifiers: readonly string[];
  readonly rows: ReadonlyMap<string, SealedConfigItem>;
  /** Of what is kept, while the database is away; undefined: just read. */
  readonly ageSeconds: number | undefined;
  /** Keeps the rows for when the database is away; only rows that have opened. */
  keep(): void;
}

async function readItems(
  deps: ReadItemsDeps,
  caller: Caller,
  application: string,
  identifiers: readonly string[],
): Promise<ReadItems> {
  const ring = deps.keyring.forReading();
  const wanted = [...new Set(identifiers)];
  const looked = await deps.lookups.read(async (stores) => {
    const place = await findItemPlace(stores, deps.guard, ring, caller, application);
    const { applicationId } = place.application;
    const [first] = wanted;
    const found =
      wanted.length === 1 && first !== undefined
        ? [await stores.configItems.find(applicationId, first)]
        : await stores.configItems.findMany(applicationId, wanted);
    const rows = found.filter((row) => row !== undefined);
    return { place, rows: new Map(rows.map((row) => [row.identifier, row])) };
  });
  const { place, rows } = looked.value;
  return {
    ring,
    place,
    identifiers: wanted,
    rows,
    ageSeconds: ageSecondsOf(looked),
    keep: () => {
      looked.keep(place.mayKeep ? "everything" : "no-values");
    },
  };
}

/** Whole seconds, as the header `Age` has them (RFC 9111, 5.1). */
function ageSecondsOf({ ageMs }: LookedUp<unknown>): number | undefined {
  return ageMs === undefined ? undefined : Math.floor(ageMs / 1000);
}

function viewOf(
  { ring, place, rows, ageSeconds }: ReadItems,
  identifier: string,
  mode: "masked" | "revealed",
): ItemView {
  const row = rows.get(identifier);
  if (row === undefined) {
    throw notFound();
  }
  const bag = openItem(ring, place.application, identifier, row);
  const view = renderItem(row, place.fields, bag, mode);
  return ageSeconds === undefined ? view : { ...view, ageSeconds };
}

function answerOf(read: ReadItems, mode: "masked" | "revealed"): BatchAnswer {
  const found = read.identifiers.filter((identifier) => read.rows.has(identifier));
  return {
    items: found.map((identifier) => viewOf(read, identifier, mode)),
    notFound: read.identifiers.filter((identifier) => !read.rows.has(identifier)),
  };
}

async function disclose(
  deps: ReadItemsDeps,
  caller: Caller,
  action: AuditAction,
  { application: { applicationId } }: ItemPlace,
  identifiers: readonly string[],
): Promise<void> {
  await deps.disclosures.record(
    identifiers.map((identifier) =>
      deps.auditor.entry(caller, action, { applicationId, identifier }),
    ),
  );
}

export function notFound(): CodedError {
  return new CodedError("config-item-not-found", {
    detail: "there is no such item; `chatelaine config list APPLICATION` shows the items",
  });
}
