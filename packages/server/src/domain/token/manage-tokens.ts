import {
  CryptoError,
  newApiToken,
  parseApiTokenId,
  type Keyring,
  type RandomSource,
  type SecretBytes,
} from "@chatelaine/crypto";
import type { TokenCreate, TokenView } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { plusMs, type Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { assertMayDo } from "../access/permissions.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { ApplicationReader } from "../application/application-store.ts";
import { findApplication } from "../application/get-application.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import { once, type OnceStores, type Repeatable } from "../idempotency/once.ts";
import type { RowGuard, Unverified } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Reads, Writes } from "../transaction/transactions.ts";
import { apiTokenStampColumns, type ApiToken } from "./api-token.ts";
import type { ApiTokenReader, ApiTokenStore } from "./api-token-store.ts";

export interface TokenStores extends OnceStores {
  readonly applications: ApplicationReader;
  readonly tokens: ApiTokenStore;
  readonly audit: AuditStore;
}

export interface ManageTokensDeps {
  readonly database: Reads<{ readonly tokens: ApiTokenReader }> & Writes<TokenStores>;
  readonly keyring: { forReading(): Keyring; forSealing(): Keyring; held(): Keyring | undefined };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

const TTL_HOURS = 720;
const HOUR_MS = 3_600_000;

export interface CreatedToken {
  readonly view: TokenView;
  /** ASCII; undefined when the request was a repetition: the token was shown once. */
  readonly token: SecretBytes | undefined;
}

/** Makes an API token. Throws `application-not-found`, `application-invalid`, `permission-denied`. */
export async function createToken(
  deps: ManageTokensDeps,
  caller: Caller,
  request: TokenCreate,
  repeatable?: Repeatable,
): Promise<CreatedToken> {
  const ring = deps.keyring.forSealing();
  assertKindFits(request);
  assertMayGive(caller, request);
  let shown: ReturnType<typeof newApiToken> | undefined;
  const view = await once({ ...deps, ring }, caller, repeatable, async (stores) => {
    const made = newApiToken(deps.random);
    const applications = await idsOf(deps, stores, ring, caller, request.applications ?? []);
    const row = makeRow(deps, caller, request, made, applications);
    await stores.tokens.add(deps.guard.stamp(ring, apiTokenStampColumns, row));
    const about = { tokenId: row.tokenId, kind: row.kind };
    await stores.audit.record(deps.auditor.entry(caller, "token.create", about));
    shown?.token.erase();
    shown = made;
    return renderToken(row);
  });
  if (shown?.id !== view.tokenId) {
    shown?.token.erase(); // its row was rolled back: the same request had been answered meanwhile
    return { view, token: undefined };
  }
  return { view, token: shown.token };
}

function assertKindFits({ kind, mayReveal, applications = [] }: TokenCreate): void {
  if (kind === "reader" && (applications.length === 0 || mayReveal === false)) {
    throw new CodedError("application-invalid", {
      detail: "a reader reads and reveals the applications it is given: name at least one",
    });
  }
  if (kind === "admin" && applications.length > 0) {
    throw new CodedError("application-invalid", {
      detail: "an admin token is for all applications; only a reader is given some",
    });
  }
}

/** Nobody gives what they do not have: who may not reveal makes no token that may. */
function assertMayGive(caller: Caller, { kind, mayReveal }: TokenCreate): void {
  if (kind === "reader" || mayReveal === true) {
    assertMayDo(caller, "config.reveal");
  }
}

async function idsOf(
  deps: ManageTokensDeps,
  stores: TokenStores,
  ring: Keyring,
  caller: Caller,
  names: readonly string[],
): Promise<readonly ApplicationId[]> {
  const ids: ApplicationId[] = [];
  for (const name of names) {
    const { row } = await findApplication(stores, deps.guard, ring, caller, name);
    ids.push(row.applicationId);
  }
  return [...new Set(ids)];
}

function makeRow(
  deps: ManageTokensDeps,
  caller: Caller,
  request: TokenCreate,
  made: ReturnType<typeof newApiToken>,
  applications: readonly ApplicationId[],
): ApiToken {
  const createdAtMs = deps.clock.wallTime();
  return {
    tokenId: made.id,
    revision: nextRevision(deps.random, undefined),
    secretHash: made.secretHash,
    name: request.name,
    kind: request.kind,
    mayReveal: request.kind === "reader" || request.mayReveal === true,
    applications,
    createdAtMs,
    createdBy: caller.name,
    expiresAtMs: plusMs(createdAtMs, (request.ttlHours ?? TTL_HOURS) * HOUR_MS),
  };
}

/** All tokens; one whose row is not authentic is none. */
export async function listTokens(deps: ManageTokensDeps): Promise<readonly TokenView[]> {
  const ring = deps.keyring.forReading();
  const found = await deps.guard.read("api_token", () =>
    deps.database.read(({ tokens }) => tokens.list()),
  );
  return found.flatMap((row) => {
    const token = believed(deps, ring, row);
    return token === undefined ? [] : [renderToken(token)];
  });
}

/** Ends a token at once. Also removes a forged row. Throws `token-not-found`. */
export async function revokeToken(
  deps: ManageTokensDeps,
  caller: Caller,
  tokenId: string,
  repeatable?: Repeatable,
): Promise<TokenView> {
  const id = parseId(tokenId);
  const ring = deps.keyring.forReading();
  return once({ ...deps, ring }, caller, repeatable, async ({ tokens, audit }) => {
    const found = await tokens.find(id);
    if (found === undefined || !(await tokens.remove(id))) {
      throw notFound();
    }
    await audit.record(deps.auditor.entry(caller, "token.revoke", { tokenId }));
    return renderToken(found.unverifiedRow);
  });
}

function parseId(tokenId: string): ReturnType<typeof parseApiTokenId> {
  try {
    return parseApiTokenId(tokenId);
  } catch (error) {
    throw error instanceof CryptoError ? notFound() : error;
  }
}

function notFound(): CodedError {
  return new CodedError("token-not-found", { detail: "`chatelaine token list` shows the tokens" });
}

function believed(
  deps: Pick<ManageTokensDeps, "guard">,
  ring: Keyring,
  row: Unverified<ApiToken>,
): ApiToken | undefined {
  try {
    return deps.guard.verify(ring, apiTokenStampColumns, row);
  } catch (error) {
    if (isCoded(error, "row-not-authentic")) {
      return undefined;
    }
    throw error;
  }
}

function renderToken(token: ApiToken): TokenView {
  const { tokenId, name, kind, mayReveal, applications, createdAtMs, createdBy, expiresAtMs } =
    token;
  return { tokenId, name, kind, mayReveal, applications, createdAtMs, createdBy, expiresAtMs };
}
