import { concat, u64 } from "@chatelaine/crypto";
import type {
  PutOutcome,
  SealedConfigItem,
  SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import {
  AT_MS,
  claimOf,
  filled,
  FIRST,
  type Fixture,
  makeApplication,
  makeItem,
  SEALING_1,
  type TestPlace,
} from "./fixtures.ts";

/** A system with a master secret server and one application. */
export async function withApplication(fixture: Fixture): Promise<SsoDatabase> {
  const [database] = await twoWithApplication(fixture);
  return database;
}

/** The same, opened twice and connected. */
export function twoWithApplication(fixture: Fixture): Promise<readonly [SsoDatabase, SsoDatabase]> {
  return twoInPlace(fixture, fixture.foundedPlace());
}

/** The same, where the database can be written by something else, too. */
export async function placeWithApplication(
  fixture: Fixture,
): Promise<{ readonly place: TestPlace; readonly database: SsoDatabase }> {
  const place = await fixture.foundedPlace();
  const [database] = await twoInPlace(fixture, place);
  return { place, database };
}

async function twoInPlace(
  fixture: Fixture,
  place: TestPlace | Promise<TestPlace>,
): Promise<readonly [SsoDatabase, SsoDatabase]> {
  const { location } = await place;
  const [a, b] = [await fixture.open(location), await fixture.open(location)];
  await a.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  await a.write(({ applications }) => applications.add(makeApplication(), AT_MS));
  await b.write(({ applications }) => applications.list({ after: "", limit: 1, only: undefined }));
  return [a, b];
}

/** Shows by the history, which is answered up to its limit, whether there is more behind it. */
export const WITHOUT_NEWEST_REVISION = `delete from config_item_revision
  where sequence = (select max(sequence) from config_item_revision)`;

export function put(
  database: SsoDatabase,
  item: SealedConfigItem,
  expectedRevision?: Uint8Array,
  version: SealingVersion = SEALING_1,
): Promise<PutOutcome> {
  return database.write(({ configItems }) => configItems.put(item, version, expectedRevision));
}

export function remove(
  database: SsoDatabase,
  item: SealedConfigItem,
  expectedRevision = item.revision,
): Promise<boolean> {
  return database.write(({ configItems }) =>
    configItems.remove(item.applicationId, item.identifier, expectedRevision),
  );
}

export function find(database: SsoDatabase): Promise<SealedConfigItem | undefined> {
  const { applicationId, identifier } = makeItem();
  return database.read(({ configItems }) => configItems.find(applicationId, identifier));
}

export function history(database: SsoDatabase): Promise<readonly SealedConfigItem[]> {
  const { applicationId, identifier } = makeItem();
  return database.read(({ configItems }) => configItems.history(applicationId, identifier));
}

/** A revision that counts, as those of the domain do. */
export function revisionOf(counter: number, content = 0): Uint8Array {
  return concat(u64(BigInt(counter)), filled(8, content));
}
