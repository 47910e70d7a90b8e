/** Many config items, sealed and written in this process: through the API it takes minutes. */
import type { Keyring } from "@chatelaine/crypto";
import { databaseLocation } from "../packages/server/src/app/database-location.ts";
import { SYSTEM_EFFECTS } from "../packages/server/src/app/effects.ts";
import { StateDirectory } from "../packages/server/src/app/state-directory.ts";
import {
  applicationStampColumns,
  type Application,
} from "../packages/server/src/domain/application/application.ts";
import { parseSettings } from "../packages/server/src/domain/application/application-settings.ts";
import { sealItem } from "../packages/server/src/domain/config-item/config-item.ts";
import type {
  SealedConfigItem,
  SealingVersion,
} from "../packages/server/src/domain/config-item/config-item-store.ts";
import { changedBag, EMPTY_BAG } from "../packages/server/src/domain/config-item/property-bag.ts";
import { openSealedKeyring, ringFrom } from "../packages/server/src/domain/keyring/open-keyring.ts";
import { RowGuard, type Verified } from "../packages/server/src/domain/stamp/row-guard.ts";
import type { SsoDatabase } from "../packages/server/src/domain/store/sso-database.ts";
import { nextRevision } from "../packages/server/src/domain/transaction/revision.ts";
import { ToolError } from "../tools/tool-error.ts";
import { APPLICATION, identifierOf, propertiesOf } from "./bench-items.ts";

const ITEMS_PER_TRANSACTION = 500;

/** Writes items 0 to `count` - 1 into the system of the directory; its node may be running. */
export async function storeItems(stateDirectory: string, count: number): Promise<void> {
  const directory = new StateDirectory(stateDirectory);
  const locator = await directory.locator();
  const location = await databaseLocation(SYSTEM_EFFECTS, locator, () => directory.databaseUrl());
  const database = await location.open();
  const { ring, application } = await openFor(database, directory);
  try {
    for (let from = 0; from < count; from += ITEMS_PER_TRANSACTION) {
      const length = Math.min(ITEMS_PER_TRANSACTION, count - from);
      const items = Array.from({ length }, (_, place) => sealed(ring, application, from + place));
      await put(database, ring, items);
    }
  } finally {
    ring.erase();
    await database.close();
  }
}

interface Place {
  readonly ring: Keyring;
  readonly application: Verified<Application>;
}

async function openFor(database: SsoDatabase, directory: StateDirectory): Promise<Place> {
  const self = await directory.self();
  const { keyring, application } = await database.read(async (stores) => ({
    keyring: await stores.sealedKeyrings.find(self.nodeId),
    application: await stores.applications.findByName(APPLICATION),
  }));
  if (keyring === undefined || application === undefined) {
    throw new ToolError(`the system has no keyring for this node, or no application`);
  }
  const ring = ringFrom(await openSealedKeyring(self, keyring));
  const guard = new RowGuard({ raise: () => undefined });
  return { ring, application: guard.verify(ring, applicationStampColumns, application) };
}

function sealed(
  ring: Keyring,
  application: Verified<Application>,
  index: number,
): SealedConfigItem {
  const { random, clock } = SYSTEM_EFFECTS;
  const { fields } = parseSettings(application.settings);
  const identifier = identifierOf(index);
  const revision = nextRevision(random, undefined);
  const bag = changedBag(fields, EMPTY_BAG, propertiesOf(index));
  return {
    applicationId: application.applicationId,
    identifier,
    revision,
    sealed: sealItem(ring, random, application, { identifier, revision, bag }),
    writtenAtMs: clock.wallTime(),
    writtenBy: "bench",
  };
}

async function put(
  database: SsoDatabase,
  ring: Keyring,
  items: readonly SealedConfigItem[],
): Promise<void> {
  const number = ring.primary ?? 0;
  const version: SealingVersion = { number, checkValue: ring.checkValue(number) };
  await database.write(async ({ configItems }) => {
    for (const item of items) {
      const outcome = await configItems.put(item, version, undefined);
      if (outcome !== "stored") {
        throw new ToolError(`item ${item.identifier} was not stored: ${outcome}`);
      }
    }
  });
}
