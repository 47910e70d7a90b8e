import {
  CryptoError,
  openValue,
  sealValue,
  text,
  type Keyring,
  type RandomSource,
  type SealContext,
  type SecretBytes,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Application } from "../application/application.ts";
import type { Verified } from "../stamp/row-guard.ts";

/** What a config item is, before it is sealed and after it is opened. */
export interface ConfigItem {
  readonly identifier: string;
  readonly revision: Uint8Array;
  /** The property bag as one value. */
  readonly value: SecretBytes;
}

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

export function sealConfigItem(
  ring: Keyring,
  random: RandomSource,
  application: Verified<Application>,
  item: ConfigItem,
): Uint8Array {
  const context = contextOf(application, item.identifier, item.revision);
  return item.value.use((plaintext) => sealValue(ring, random, context, plaintext));
}

/** Throws `cannot-open`, whatever was wrong. */
export function openConfigItem(
  ring: Keyring,
  application: Verified<Application>,
  row: { readonly identifier: string; readonly revision: Uint8Array; readonly sealed: Uint8Array },
): ConfigItem {
  const context = contextOf(application, row.identifier, row.revision);
  try {
    const value = openValue(ring, context, row.sealed);
    return { identifier: row.identifier, revision: row.revision, value };
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("cannot-open", { cause });
    }
    throw cause;
  }
}
