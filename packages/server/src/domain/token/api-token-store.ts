import type { ApiTokenId } from "@chatelaine/crypto";
import type { StampedRowToWrite, Unverified } from "../stamp/row-guard.ts";
import type { ApiToken } from "./api-token.ts";

export interface ApiTokenReader {
  find(tokenId: ApiTokenId): Promise<Unverified<ApiToken> | undefined>;
  /** The newest `TOKENS_LISTED_MAX`, newest first. */
  list(): Promise<readonly Unverified<ApiToken>[]>;
}

export interface ApiTokenStore extends ApiTokenReader {
  add(token: StampedRowToWrite<ApiToken>): Promise<void>;
  /** False if there is none. Takes access away, so it works without a fresh confirmation. */
  remove(tokenId: ApiTokenId): Promise<boolean>;
}
