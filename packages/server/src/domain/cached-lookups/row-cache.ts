import { foldName, type ApiTokenId } from "@chatelaine/crypto";
import type { Clock } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { StoredApplication } from "../application/application.ts";
import type { SealedConfigItem } from "../config-item/config-item-store.ts";
import { BoundedCache, type CacheLimits } from "../lookup-cache/bounded-cache.ts";
import type { Unverified } from "../stamp/row-guard.ts";
import type { ApiToken } from "../token/api-token.ts";

type Row = StoredApplication | SealedConfigItem | Unverified<ApiToken> | ApplicationId;

/** A row and for how long it has been kept. */
export interface KeptRow<R> {
  readonly row: R;
  readonly ageMs: number;
}

/**
 * The rows themselves: ciphertext with its revision, and stamped rows with their stamps. Nothing
 * in here was opened, and nothing in here is believed: who takes a row out verifies it as one from
 * the database (P8, P11).
 */
export class RowCache {
  readonly #rows: BoundedCache<Row>;

  constructor(limits: CacheLimits, clock: Clock) {
    this.#rows = new BoundedCache(limits, clock);
  }

  get entries(): number {
    return this.#rows.entries;
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  application(applicationId: ApplicationId): KeptRow<StoredApplication> | undefined {
    return this.#get<StoredApplication>(applicationKey(applicationId));
  }

  applicationByName(name: string): KeptRow<StoredApplication> | undefined {
    const id = this.#get<ApplicationId>(nameKey(name));
    const found = id === undefined ? undefined : this.application(id.row);
    // A name may have become another application's since; then the rows disagree.
    const isOfName =
      found !== undefined && foldName(found.row.unverifiedRow.name) === foldName(name);
    return isOfName ? found : undefined;
  }

  putApplication(row: StoredApplication): void {
    const { applicationId, name, settings } = row.unverifiedRow;
    this.#rows.put(applicationKey(applicationId), row, sizeOf(name, settings));
    this.#rows.put(nameKey(name), applicationId, sizeOf(name));
  }

  dropApplication(applicationId: ApplicationId): void {
    this.#rows.delete(applicationKey(applicationId));
  }

  dropName(name: string): void {
    this.#rows.delete(nameKey(name));
  }

  item(applicationId: ApplicationId, identifier: string): KeptRow<SealedConfigItem> | undefined {
    return this.#get<SealedConfigItem>(itemKey(applicationId, identifier));
  }

  putItem(row: SealedConfigItem): void {
    const bytes = row.sealed.length + sizeOf(row.identifier, row.writtenBy);
    this.#rows.put(itemKey(row.applicationId, row.identifier), row, bytes);
  }

  dropItem(applicationId: ApplicationId, identifier: string): void {
    this.#rows.delete(itemKey(applicationId, identifier));
  }

  token(tokenId: ApiTokenId): KeptRow<Unverified<ApiToken>> | undefined {
    return this.#get<Unverified<ApiToken>>(tokenKey(tokenId));
  }

  putToken(row: Unverified<ApiToken>): void {
    const { tokenId, name, createdBy, applications } = row.unverifiedRow;
    this.#rows.put(tokenKey(tokenId), row, sizeOf(name, createdBy, ...applications));
  }

  dropToken(tokenId: string): void {
    this.#rows.delete(tokenKey(tokenId));
  }

  /** Drops everything; how many rows that were. */
  purge(): number {
    return this.#rows.clear();
  }

  /** The kind of a row is the first word of its key, so a key finds rows of one kind only. */
  #get<R extends Row>(key: string): KeptRow<R> | undefined {
    const kept = this.#rows.get(key);
    return kept === undefined ? undefined : { row: kept.value as R, ageMs: kept.ageMs };
  }
}

function applicationKey(applicationId: ApplicationId): string {
  return `application ${applicationId}`;
}

function nameKey(name: string): string {
  return `name ${foldName(name)}`;
}

/** Ids have no space in them, so no two items have one key. */
function itemKey(applicationId: ApplicationId, identifier: string): string {
  return `item ${applicationId} ${identifier}`;
}

function tokenKey(tokenId: string): string {
  return `token ${tokenId}`;
}

/** Of texts in memory, at two bytes for each UTF-16 code unit. */
function sizeOf(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 2 * text.length, 0);
}
