import { fromBase64, toHex } from "@chatelaine/crypto";
import { databaseLocation } from "../../../packages/server/src/app/database-location.ts";
import { SYSTEM_EFFECTS } from "../../../packages/server/src/app/effects.ts";
import { StateDirectory } from "../../../packages/server/src/app/state-directory.ts";
import { localAdministrator } from "../../../packages/server/src/domain/access/caller.ts";
import { findField } from "../../../packages/server/src/domain/application/application-settings.ts";
import type { ApplicationId } from "../../../packages/server/src/domain/application-id/application-id.ts";
import { openItem } from "../../../packages/server/src/domain/config-item/config-item.ts";
import { findItemPlace } from "../../../packages/server/src/domain/config-item/item-place.ts";
import {
  openSealedKeyring,
  ringFrom,
} from "../../../packages/server/src/domain/keyring/open-keyring.ts";
import { RowGuard } from "../../../packages/server/src/domain/stamp/row-guard.ts";
import { digestOf } from "./digest.ts";
import { CONTENT_FIELD } from "./test-node.ts";

export interface StoredValue {
  readonly digest: string;
  /** In hex. */
  readonly revision: string;
}

/**
 * Opens what is stored under these identifiers, with the node's key and without its loop, so that
 * whoever starts next finds everything as the killed process left it.
 */
export async function readStoredValues(
  stateDirectory: string,
  applicationId: ApplicationId,
  identifiers: readonly string[],
): Promise<ReadonlyMap<string, StoredValue>> {
  const directory = new StateDirectory(stateDirectory);
  const self = await directory.self();
  const location = await databaseLocation(SYSTEM_EFFECTS, await directory.locator(), () =>
    directory.databaseUrl(),
  );
  const database = await location.open();
  const found = new Map<string, StoredValue>();
  try {
    const row = await database.read((stores) => stores.sealedKeyrings.find(self.nodeId));
    if (row === undefined) {
      throw new Error("the sealed keyring is gone");
    }
    const ring = ringFrom(await openSealedKeyring(self, row));
    const guard = new RowGuard({ raise: () => undefined });
    await database.read(async (stores) => {
      const { application, fields } = await findItemPlace(
        stores,
        guard,
        ring,
        localAdministrator("process", "req_test"),
        applicationId,
      );
      const field = findField(fields, CONTENT_FIELD);
      for (const identifier of identifiers) {
        const item = await stores.configItems.find(applicationId, identifier);
        if (item !== undefined) {
          const bag = openItem(ring, application, identifier, item);
          const digest = digestOf(fromBase64(String(bag.get(field?.id ?? 0))));
          found.set(identifier, { digest, revision: toHex(item.revision) });
        }
      }
    });
    ring.erase();
    return found;
  } finally {
    await database.close();
  }
}
