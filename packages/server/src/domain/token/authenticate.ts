import { CryptoError, equalBytes, parseApiToken, type Keyring } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { Lookups } from "../lookup-cache/lookups.ts";
import type { RowGuard, Verified } from "../stamp/row-guard.ts";
import { apiTokenStampColumns, type ApiToken } from "./api-token.ts";
import type { ApiTokenReader } from "./api-token-store.ts";

export interface AuthenticateDeps {
  readonly lookups: Lookups<{ readonly tokens: ApiTokenReader }>;
  readonly keyring: { forReading(): Keyring };
  readonly guard: RowGuard;
  readonly clock: Clock;
}

/**
 * The caller that a bearer token stands for; `nobody` if it is unknown, expired, revoked, forged
 * or no token at all: whoever guesses learns nothing from the difference.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  bearer: string,
  origin: { readonly source: string; readonly requestId: string },
): Promise<Caller> {
  const token = await findToken(deps, bearer);
  // Named one by one: nothing else that the object may hold is to become part of the caller.
  const { source, requestId } = origin;
  if (token === undefined) {
    return { kind: "nobody", name: "nobody", source, requestId };
  }
  const { kind, tokenId, applications } = token;
  return {
    kind: kind === "admin" ? "admin-token" : "reader-token",
    name: `token:${tokenId}`,
    mayReveal: token.mayReveal,
    applications,
    source,
    requestId,
  };
}

async function findToken(
  deps: AuthenticateDeps,
  bearer: string,
): Promise<Verified<ApiToken> | undefined> {
  const presented = parsePresented(bearer);
  if (presented === undefined) {
    return undefined;
  }
  const ring = deps.keyring.forReading();
  try {
    const looked = await deps.guard.read("api_token", () =>
      deps.lookups.read(({ tokens }) => tokens.find(presented.id)),
    );
    if (looked.value === undefined) {
      return undefined;
    }
    const token = deps.guard.verify(ring, apiTokenStampColumns, looked.value);
    const isValid =
      equalBytes(token.secretHash, presented.secretHash) &&
      deps.clock.wallTime() < token.expiresAtMs;
    if (!isValid) {
      return undefined;
    }
    looked.keep("everything");
    return token;
  } catch (error) {
    if (isCoded(error, "row-not-authentic")) {
      return undefined; // its event was raised
    }
    throw error;
  }
}

function parsePresented(bearer: string): ReturnType<typeof parseApiToken> | undefined {
  try {
    return parseApiToken(bearer);
  } catch (error) {
    if (error instanceof CryptoError) {
      return undefined;
    }
    throw error;
  }
}
