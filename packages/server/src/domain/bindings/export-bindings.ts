import {
  ImportProblem,
  decodeText,
  encodeText,
  maskBindings,
  parseBindings,
  spliceBindings,
  type BindingFile,
} from "@chatelaine/biztalk";
import { toHex, type Keyring } from "@chatelaine/crypto";
import type { BindingsExported } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import { maySee } from "../access/permissions.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import { verifiedApplication } from "../application/get-application.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { Disclosures } from "../audit/disclosures.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import type { Reads } from "../transaction/transactions.ts";
import { bindingsKey, type BindingsIndex, type BindingsManifest } from "./bindings-manifest.ts";
import type { SealedBindings } from "./bindings-store.ts";
import {
  exportEdits,
  type ExportEdit,
  type ExportEdits,
  type PresentApplication,
} from "./export-edits.ts";
import { reading } from "../import-file/import-problems.ts";
import { readItems, type ItemsByApplication, type KnownReaders } from "./known-state.ts";
import { openStoredManifest, readStoredFile, readStoredIndex } from "./sealed-file.ts";

export interface ExportDeps {
  readonly database: Reads<KnownReaders>;
  readonly keyring: { forReading(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly disclosures: Disclosures;
  /** Resolves after a turn of the event loop. */
  readonly breathe: () => Promise<void>;
}

export interface ExportedFile {
  readonly view: BindingsExported;
  readonly file: Uint8Array<ArrayBuffer>;
}

/** The file with the present values, its secrets as `******`. Throws `bindings-not-found`. */
export async function exportBindings(
  deps: ExportDeps,
  caller: Caller,
  name: string,
): Promise<ExportedFile> {
  const stored = await readStored(deps, caller, name);
  const { exported } = await spliced(deps, stored, "masked");
  return exported;
}

/** The same with its secrets; the disclosure of each item is durable before this resolves (P10). */
export async function revealBindings(
  deps: ExportDeps,
  caller: Caller,
  name: string,
): Promise<ExportedFile> {
  const stored = await readStored(deps, caller, name);
  const { exported, edits } = await spliced(deps, stored, "revealed");
  const { name: bindings } = stored.manifest;
  const revision = exported.view.revision;
  await deps.disclosures.record([
    deps.auditor.entry(caller, "bindings.reveal", { bindings, revision }),
    ...edits.shown.map(({ applicationId, identifier }) =>
      deps.auditor.entry(caller, "config.reveal", { applicationId, identifier, bindings }),
    ),
  ]);
  return exported;
}

interface Stored {
  readonly ring: Keyring;
  readonly row: SealedBindings;
  readonly manifest: BindingsManifest;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly index: BindingsIndex;
  readonly applications: ReadonlyMap<ApplicationId, PresentApplication["row"]>;
  readonly items: ItemsByApplication;
}

/** File and items of one moment. */
async function readStored(deps: ExportDeps, caller: Caller, name: string): Promise<Stored> {
  const ring = deps.keyring.forReading();
  return await deps.database.read(async (stores) => {
    const row = await stores.bindings.find(bindingsKey(name));
    const manifest = row && openStoredManifest(ring, row.nameKey, row);
    if (row === undefined || manifest === undefined || !maySeeFile(caller, manifest)) {
      throw bindingsNotFound();
    }
    const index = await readStoredIndex(ring, stores.bindings, row, manifest);
    const ids = index.map(({ applicationId }) => applicationId);
    const found = await deps.guard.read("application", () => stores.applications.findMany(ids));
    const rows = found.map((one) => verifiedApplication(ring, deps.guard, one).row);
    const wanted = index.map((one) => [one.applicationId, one.identifiers] as const);
    return {
      ring,
      row,
      manifest,
      file: await readStoredFile(ring, stores.bindings, row, manifest),
      index,
      applications: new Map(rows.map((one) => [one.applicationId, one])),
      items: await readItems(stores.configItems, wanted),
    };
  });
}

export function bindingsNotFound(): CodedError {
  return new CodedError("bindings-not-found", {
    detail: "there is no such binding file; `chatelaine bindings list` shows them",
  });
}

/** A file is one thing: whoever may not see a part of it does not see it. */
export function maySeeFile(caller: Caller, { applications }: BindingsManifest): boolean {
  return caller.kind === "reader-token"
    ? applications.length > 0 && applications.every(([id]) => maySee(caller, id))
    : true;
}

async function spliced(
  { breathe }: ExportDeps,
  stored: Stored,
  mode: "masked" | "revealed",
): Promise<{ readonly exported: ExportedFile; readonly edits: ExportEdits }> {
  const { row, manifest } = stored;
  const source = decodeText(stored.file);
  stored.file.fill(0);
  const read = (text: string): Promise<BindingFile> =>
    reading(manifest.name, () => parseBindings(text, { mask: manifest.mask, pause: breathe }));
  const parsed = await read(source.text);
  const edits = exportEdits(stored.ring, parsed, presentApplications(stored), mode);
  const edited = withValues(source.text, edits);
  const others = mode === "masked" ? parsed.otherSecrets.length : 0;
  const hidden = edits.hidden.length + others;
  // Hiding comes last, because what is hidden cannot be read again; slots have moved by edits.
  const again = hidden === 0 || edited === source.text ? parsed : await read(edited);
  const text = hidden === 0 ? edited : withoutSecrets(edited, again, edits, mode);
  const file = encodeText(source, text);
  const view = {
    name: manifest.name,
    revision: toHex(row.revision),
    bytes: file.length,
    writtenAtMs: row.writtenAtMs,
    writtenBy: row.writtenBy,
    changed: edits.changed,
    hidden,
    gone: edits.gone,
  };
  return { exported: { view, file }, edits };
}

function presentApplications({ manifest, index, applications, items }: Stored) {
  return index.map(({ applicationId, fields }, position): PresentApplication => ({
    name: manifest.applications[position]?.[1] ?? "",
    fields,
    row: applications.get(applicationId),
    items: items.get(applicationId) ?? new Map(),
  }));
}

function withValues(text: string, { edits }: ExportEdits): string {
  try {
    return spliceBindings(text, edits);
  } catch (error) {
    if (error instanceof ImportProblem) {
      const culprit = edits.find((edit) => !isWritable(edit));
      const what = culprit === undefined ? "" : `${culprit.identifier}, ${culprit.property}: `;
      throw new CodedError("value-invalid", {
        detail: `${what}the value does not fit into its place in the file: ${error.message}`,
        cause: error,
      });
    }
    throw error;
  }
}

/** Whether the value is refused depends on its slot alone, so no text is needed to find out. */
function isWritable(edit: ExportEdit): boolean {
  try {
    spliceBindings("", [edit]);
    return true;
  } catch {
    return false; // The caller says why, by the refusal of all edits together.
  }
}

/** Hides the properties named, and in a masked file all that holds a secret beside them. */
function withoutSecrets(
  text: string,
  file: BindingFile,
  { hidden }: ExportEdits,
  mode: "masked" | "revealed",
): string {
  const own = hidden.flatMap(({ transport, property }) => {
    const found = file.transports[transport]?.properties.find(({ name }) => name === property);
    return found === undefined ? [] : [{ ...found.slot, masked: true }];
  });
  const otherSecrets = [...own, ...(mode === "masked" ? file.otherSecrets : [])];
  return maskBindings(text, { transports: [], handlers: [], otherSecrets }).text;
}
