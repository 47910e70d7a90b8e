import {
  CryptoError,
  PLAINTEXT_BYTES_MAX,
  openValue,
  sealValue,
  text,
  toHex,
  type Keyring,
  type RandomSource,
  type SealContext,
} from "@chatelaine/crypto";
import type { ItemSummary, ItemView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Application } from "../application/application.ts";
import type { Field } from "../application/application-settings.ts";
import { cannotOpen } from "../keyring-outdated/cannot-open.ts";
import type { Verified } from "../stamp/row-guard.ts";
import type { SealedConfigItem } from "./config-item-store.ts";
import { decodeBag, encodeBag, type PropertyBag, type PropertyValue } from "./property-bag.ts";

/** P9: the value opens only as this item of this application at this revision. */
function contextOf(
  application: Verified<Application>,
  identifier: string,
  revision: Uint8Array,
): SealContext {
  return {
    applicationId: application.applicationId,
    generation: application.generation,
    kind: "config-item",
    naturalKey: [text(identifier)],
    revision,
  };
}

/** Throws `value-too-large`. */
export function sealItem(
  ring: Keyring,
  random: RandomSource,
  application: Verified<Application>,
  item: { readonly identifier: string; readonly revision: Uint8Array; readonly bag: PropertyBag },
): Uint8Array {
  using clear = encodeBag(item.bag);
  if (clear.length > PLAINTEXT_BYTES_MAX) {
    throw new CodedError("value-too-large", {
      detail:
        `the values of an item have at most ${String(PLAINTEXT_BYTES_MAX)} bytes together, ` +
        `these have ${String(clear.length)}; split the item`,
    });
  }
  const context = contextOf(application, item.identifier, item.revision);
  return clear.use((plaintext) => sealValue(ring, random, context, plaintext));
}

/**
 * Opens the row as the item that was asked for, not as what it says of itself: a moved row must
 * not open. Throws `cannot-open`, whatever was wrong.
 */
export function openItem(
  ring: Keyring,
  application: Verified<Application>,
  identifier: string,
  row: SealedConfigItem,
): PropertyBag {
  try {
    using clear = openValue(ring, contextOf(application, identifier, row.revision), row.sealed);
    return decodeBag(clear);
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw cannotOpen(ring, row.sealed, {
        detail:
          "the item does not open as what was asked for: somebody has moved or changed its row; " +
          "`chatelaine config history` shows former revisions",
        internal: { applicationId: application.applicationId },
        cause,
      });
    }
    throw cause;
  }
}

export function renderSummary(row: SealedConfigItem): ItemSummary {
  const { identifier, revision, writtenAtMs, writtenBy } = row;
  return { identifier, revision: toHex(revision), writtenAtMs, writtenBy };
}

/** The item as the API shows it; masked fields only if they are to be revealed. */
export function renderItem(
  row: SealedConfigItem,
  fields: readonly Field[],
  bag: PropertyBag,
  mode: "masked" | "revealed",
): ItemView {
  const properties: Record<string, PropertyValue> = {};
  const masked: string[] = [];
  const missing: string[] = [];
  for (const field of fields) {
    const value = bag.get(field.id);
    if (value === undefined) {
      missing.push(field.name);
    } else if (field.masked && mode === "masked") {
      masked.push(field.name);
    } else {
      properties[field.name] = value;
    }
  }
  return { ...renderSummary(row), properties, masked, missing };
}
