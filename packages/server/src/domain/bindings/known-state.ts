import { foldName, sha256, toHex, type Keyring } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { ApplicationReader } from "../application/application-store.ts";
import { verifiedApplication, type FoundApplication } from "../application/get-application.ts";
import type { ConfigItemReader, SealedConfigItem } from "../config-item/config-item-store.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { bindingsKey, type BindingsIndex, type BindingsManifest } from "./bindings-manifest.ts";
import type { BindingsReader, SealedBindings } from "./bindings-store.ts";
import type { TransportGroup } from "./group-transports.ts";
import { openStoredManifest, readStoredFile, readStoredIndex } from "./sealed-file.ts";

export interface KnownReaders {
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemReader;
  readonly bindings: BindingsReader;
}

/** An item that an earlier import of this name made, and that the file has no longer. */
export interface GoneItem {
  readonly application: string;
  readonly identifier: string;
}

export type ItemsByApplication = ReadonlyMap<ApplicationId, ReadonlyMap<string, SealedConfigItem>>;

export interface StoredFile {
  readonly row: SealedBindings;
  /** Undefined: the file does not open any more, and is written anew. */
  readonly manifest: BindingsManifest | undefined;
}

/** What the database has of all that an import is about, in one moment. */
export interface Known {
  readonly stored: StoredFile | undefined;
  /** Of the stored file; empty if there is none. */
  readonly index: BindingsIndex;
  /** By folded name. */
  readonly applications: ReadonlyMap<string, FoundApplication>;
  readonly items: ItemsByApplication;
  readonly gone: readonly GoneItem[];
}

/** Identifiers that one statement asks for. */
const ITEMS_AT_ONCE = 1000;

/** Throws `row-not-authentic`, `cannot-open`. */
export async function readKnown(
  ring: Keyring,
  guard: RowGuard,
  stores: KnownReaders,
  file: { readonly name: string; readonly bytes: Uint8Array },
  groups: readonly TransportGroup[],
): Promise<Known> {
  const { stored, index } = await readStored(ring, stores.bindings, file);
  const names = groups.map((group) => group.name);
  const found = await guard.read("application", () => stores.applications.findManyByName(names));
  const applications = new Map(
    found.map((one) => [foldName(one.unverifiedRow.name), verifiedApplication(ring, guard, one)]),
  );
  const wanted = groups.flatMap(({ name: group, transports }) => {
    const application = applications.get(foldName(group));
    const identifiers = transports.map(({ identifier }) => identifier);
    return application === undefined ? [] : [[application.row.applicationId, identifiers] as const];
  });
  return {
    stored,
    index,
    applications,
    items: await readItems(stores.configItems, wanted),
    gone: await readGone(stores.configItems, index, stored?.manifest, wanted),
  };
}

/** A file that does not open whole is not believed, and not in the way of being imported again. */
async function readStored(
  ring: Keyring,
  store: BindingsReader,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
): Promise<Pick<Known, "stored" | "index">> {
  const row = await store.find(bindingsKey(name));
  if (row === undefined) {
    return { stored: undefined, index: [] };
  }
  try {
    const manifest = openStoredManifest(ring, row.nameKey, row);
    const index = await readStoredIndex(ring, store, row, manifest);
    if (manifest.hash === toHex(sha256(bytes))) {
      (await readStoredFile(ring, store, row, manifest)).fill(0); // It would stay as it is.
    }
    return { stored: { row, manifest }, index };
  } catch (error) {
    if (isCoded(error, "cannot-open")) {
      return { stored: { row, manifest: undefined }, index: [] };
    }
    throw error;
  }
}

type Wanted = readonly (readonly [ApplicationId, readonly string[]])[];

export async function readItems(
  store: ConfigItemReader,
  wanted: Wanted,
): Promise<ItemsByApplication> {
  const items = new Map<ApplicationId, ReadonlyMap<string, SealedConfigItem>>();
  for (const [applicationId, identifiers] of wanted) {
    const rows: SealedConfigItem[] = [];
    for (let start = 0; start < identifiers.length; start += ITEMS_AT_ONCE) {
      const some = identifiers.slice(start, start + ITEMS_AT_ONCE);
      rows.push(...(await store.findMany(applicationId, some)));
    }
    items.set(applicationId, new Map(rows.map((row) => [row.identifier, row])));
  }
  return items;
}

/** Items of the stored file's index that the new file lacks and that are still there. */
async function readGone(
  store: ConfigItemReader,
  index: BindingsIndex,
  manifest: BindingsManifest | undefined,
  wanted: Wanted,
): Promise<readonly GoneItem[]> {
  const present = new Map(wanted.map(([id, identifiers]) => [id, new Set(identifiers)]));
  const missing = index.map(
    ({ applicationId, identifiers }) =>
      [
        applicationId,
        identifiers.filter((identifier) => present.get(applicationId)?.has(identifier) !== true),
      ] as const,
  );
  const names = new Map(manifest?.applications);
  const found = await readItems(store, missing);
  return [...found].flatMap(([applicationId, rows]) =>
    [...rows.keys()].map((identifier) => ({
      application: names.get(applicationId) ?? applicationId,
      identifier,
    })),
  );
}
