import { toHex, type Keyring } from "@chatelaine/crypto";
import type { BindingsPageView, BindingsSummary } from "@chatelaine/protocol";
import type { Caller } from "../access/caller.ts";
import type { Reads } from "../transaction/transactions.ts";
import { bindingsKey, type BindingsManifest } from "./bindings-manifest.ts";
import type { BindingsPage, BindingsReader, SealedBindings } from "./bindings-store.ts";
import { maySeeFile } from "./export-bindings.ts";
import { openStoredManifest } from "./sealed-file.ts";

export interface ListBindingsDeps {
  readonly database: Reads<{ readonly bindings: BindingsReader }>;
  readonly keyring: { forReading(): Keyring };
}

/** Rows that are opened at once, whether the caller may see them or not. */
const ROWS_AT_ONCE = 100;

/** A page of the binding files that the caller may see, by folded name. Throws `cannot-open`. */
export async function listBindings(
  deps: ListBindingsDeps,
  caller: Caller,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<BindingsPageView> {
  const ring = deps.keyring.forReading();
  const from = after === undefined ? undefined : bindingsKey(after);
  const visible = await deps.database.read(({ bindings }) =>
    readVisible(ring, bindings, caller, { after: from, limit: limit + 1 }),
  );
  const items = visible.slice(0, limit);
  const last = visible.length > limit ? items.at(-1)?.name : undefined;
  return { items, ...(last !== undefined && { next: last }) };
}

/** Goes on until there are enough: a page must not name what its reader may not see. */
async function readVisible(
  ring: Keyring,
  store: BindingsReader,
  caller: Caller,
  { after, limit }: BindingsPage,
): Promise<readonly BindingsSummary[]> {
  const visible: BindingsSummary[] = [];
  let next = after;
  for (;;) {
    const rows = await store.list({ after: next, limit: ROWS_AT_ONCE });
    const opened = rows.map((row) => ({
      row,
      manifest: openStoredManifest(ring, row.nameKey, row),
    }));
    visible.push(
      ...opened
        .filter(({ manifest }) => maySeeFile(caller, manifest))
        .map(({ row, manifest }) => renderBindings(row, manifest)),
    );
    next = rows.at(-1)?.nameKey;
    if (rows.length < ROWS_AT_ONCE || visible.length >= limit) {
      return visible;
    }
  }
}

function renderBindings(row: SealedBindings, manifest: BindingsManifest): BindingsSummary {
  return {
    name: manifest.name,
    revision: toHex(row.revision),
    bytes: manifest.bytes,
    writtenAtMs: row.writtenAtMs,
    writtenBy: row.writtenBy,
    items: manifest.items,
    applications: manifest.applications.map(([, name]) => name),
  };
}
