import type { ApiTokenId } from "@chatelaine/crypto";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { StoredApplication } from "../application/application.ts";
import type { ApplicationFinder } from "../application/application-store.ts";
import type { ConfigItemReader, SealedConfigItem } from "../config-item/config-item-store.ts";
import type { Unverified } from "../stamp/row-guard.ts";
import type { ApiToken } from "../token/api-token.ts";
import type { ApiTokenReader } from "../token/api-token-store.ts";

/** What lookups read. */
export interface LookupStores {
  readonly applications: ApplicationFinder;
  readonly configItems: ConfigItemReader;
  readonly tokens: ApiTokenReader;
}

/** What one read has found, and what the database said is not there. */
export interface RowsRead {
  readonly applications: StoredApplication[];
  readonly items: SealedConfigItem[];
  readonly tokens: Unverified<ApiToken>[];
  readonly absent: {
    readonly applications: ApplicationId[];
    readonly names: string[];
    readonly items: { readonly applicationId: ApplicationId; readonly identifier: string }[];
    readonly tokens: ApiTokenId[];
  };
}

export function nothingRead(): RowsRead {
  const absent = { applications: [], names: [], items: [], tokens: [] };
  return { applications: [], items: [], tokens: [], absent };
}

/** The same stores, which write down in `read` the rows that lookups go by. */
export function recordingStores(stores: LookupStores, read: RowsRead): LookupStores {
  const { applications, configItems, tokens } = stores;
  return {
    applications: {
      find: async (id) =>
        noted(await applications.find(id), read.applications, id, read.absent.applications),
      findByName: async (name) =>
        noted(await applications.findByName(name), read.applications, name, read.absent.names),
    },
    configItems: {
      find: async (applicationId, identifier) => {
        const asked = { applicationId, identifier };
        const found = await configItems.find(applicationId, identifier);
        return noted(found, read.items, asked, read.absent.items);
      },
      findMany: async (applicationId, identifiers) => {
        const found = await configItems.findMany(applicationId, identifiers);
        const there = new Set(found.map(({ identifier }) => identifier));
        const missing = identifiers.filter((identifier) => !there.has(identifier));
        read.items.push(...found);
        read.absent.items.push(...missing.map((identifier) => ({ applicationId, identifier })));
        return found;
      },
      list: (applicationId, page) => configItems.list(applicationId, page),
      history: (applicationId, identifier) => configItems.history(applicationId, identifier),
    },
    tokens: {
      find: async (id) => noted(await tokens.find(id), read.tokens, id, read.absent.tokens),
      list: () => tokens.list(),
    },
  };
}

function noted<Row, Asked>(
  row: Row | undefined,
  found: Row[],
  asked: Asked,
  absent: Asked[],
): Row | undefined {
  if (row === undefined) {
    absent.push(asked);
  } else {
    found.push(row);
  }
  return row;
}
