import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  Keyring,
  newApiToken,
  parseSystemId,
  SecretBytes,
  type ApiTokenId,
} from "@chatelaine/crypto";
import type { ErrorCode } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { ManualClock, type WallTimeMs } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { Lookups } from "../lookup-cache/lookups.ts";
import { RowGuard, type Unverified } from "../stamp/row-guard.ts";
import { apiTokenStampColumns, type ApiToken } from "./api-token.ts";
import type { ApiTokenReader } from "./api-token-store.ts";
import { authenticate } from "./authenticate.ts";

interface TokenStores {
  readonly tokens: ApiTokenReader;
}

const TTL_MS = 1000;
const OWN = "app_aaaaaaaaaaaaaaaa" as ApplicationId;
const OTHER = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
const origin = { source: "127.0.0.1", requestId: "req_1" };

/** Different bytes each time, the same in every run. */
function countingRandom(): { bytes(length: number): Uint8Array<ArrayBuffer> } {
  let next = 0;
  return {
    bytes: (length) => {
      next += 1;
      return new Uint8Array(new ArrayBuffer(length)).fill(next);
    },
  };
}

function ringOf(fill: number): Keyring {
  const secret = SecretBytes.take(new Uint8Array(32).fill(fill));
  const systemId = parseSystemId("aaaaaaaaaaaaaaaaaaaaaaaaaa");
  return Keyring.of(systemId, [{ number: 1, state: "primary", secret }]);
}

describe("a bearer token", () => {
  const random = countingRandom();
  const clock = new ManualClock();
  const ring = ringOf(1);
  let alarms: string[];
  let kept: number;
  let rows: Map<ApiTokenId, Unverified<ApiToken>>;
  let bearer: string;
  let token: ApiToken;

  const guard = new RowGuard({ raise: (code) => alarms.push(code) });

  beforeEach(() => {
    alarms = [];
    rows = new Map();
    read = readable;
    kept = 0;
    const made = newApiToken(random);
    bearer = made.token.use((bytes) => new TextDecoder().decode(bytes));
    token = {
      tokenId: made.id,
      revision: new Uint8Array(16),
      secretHash: made.secretHash,
      name: "ci",
      kind: "reader",
      mayReveal: true,
      applications: [OWN],
      createdAtMs: clock.wallTime(),
      createdBy: "local-administrator",
      expiresAtMs: (clock.wallTime() + TTL_MS) as WallTimeMs,
    };
    keep(token);
  });

  /** As the database would give it; `edited` is what somebody wrote over it. */
  function keep(row: ApiToken, edited: Partial<ApiToken> = {}, under = ring): void {
    const { stamp } = guard.stamp(under, apiTokenStampColumns, row);
    rows.set(row.tokenId, { unverifiedRow: { ...row, ...edited }, stamp });
  }

  const readable = (run: (stores: TokenStores) => Promise<unknown>): Promise<unknown> =>
    run({
      tokens: { find: (id) => Promise.resolve(rows.get(id)), list: () => Promise.resolve([]) },
    });
  const failing = (code: ErrorCode) => () => Promise.reject(new CodedError(code));
  let read: (run: (stores: TokenStores) => Promise<never>) => Promise<unknown> = readable;
  const lookups: Lookups<TokenStores> = {
    read: async (run) => ({
      value: (await read(run as never)) as never,
      ageMs: undefined,
      keep: () => {
        kept += 1;
      },
    }),
  };
  const deps = {
    lookups,
    keyring: { forReading: () => ring },
    guard,
    clock,
  };

  async function isNobody(presented: string): Promise<void> {
    const caller = await authenticate(deps, presented, origin);
    assert.deepEqual(caller, { kind: "nobody", name: "nobody", ...origin });
  }

  it("stands for its caller, by its own id", async () => {
    const { tokenId } = token;
    assert.deepEqual(await authenticate(deps, bearer, origin), {
      kind: "reader-token",
      name: `token:${tokenId}`,
      mayReveal: true,
      applications: [OWN],
      ...origin,
    });
    keep({ ...token, kind: "admin", mayReveal: false, applications: [] });
    assert.deepEqual(await authenticate(deps, bearer, origin), {
      kind: "admin-token",
      name: `token:${tokenId}`,
      mayReveal: false,
      applications: [],
      ...origin,
    });
  });

  it("takes from where it came nothing but source and request", async () => {
    const forged = { ...origin, kind: "local-administrator", name: "local-administrator" };
    assert.equal((await authenticate(deps, bearer, forged)).kind, "reader-token");
    assert.equal((await authenticate(deps, "", forged)).kind, "nobody");
  });

  it("is nobody's if it is no token", async () => {
    const noTokens = [
      "",
      "chat_",
      "Bearer",
      bearer.slice(0, -1),
      `${bearer}a`,
      bearer.toUpperCase(),
      bearer.replace("chat_", "chap_"),
      "é".repeat(70),
    ];
    for (const presented of noTokens) {
      await isNobody(presented);
    }
    assert.deepEqual(alarms, []);
  });

  it("is nobody's if it is unknown or revoked", async () => {
    rows.clear();
    await isNobody(bearer);
  });

  it("is nobody's if its secret is another's", async () => {
    const made = newApiToken(random);
    keep({ ...token, secretHash: made.secretHash });
    await isNobody(bearer);
  });

  it("is nobody's from the moment it expires", async () => {
    clock.advance(TTL_MS - 1);
    assert.equal((await authenticate(deps, bearer, origin)).kind, "reader-token");
    clock.advance(1);
    await isNobody(bearer);
  });

  it("is nobody's if any column of its row was edited, and an alarm is raised", async () => {
    const foreign = newApiToken(random);
    const edits: readonly Partial<ApiToken>[] = [
      { revision: new Uint8Array(16).fill(1) },
      { secretHash: foreign.secretHash },
      { name: "other" },
      { kind: "admin" },
      { mayReveal: false },
      { applications: [OWN, OTHER] },
      { applications: [] },
      { createdAtMs: 0 as WallTimeMs },
      { createdBy: "somebody" },
      { expiresAtMs: (token.expiresAtMs + 1) as WallTimeMs },
    ];
    for (const edited of edits) {
      alarms = [];
      keep(token, edited);
      await isNobody(bearer);
      assert.deepEqual(alarms, ["trust.row-refused"], Object.keys(edited).join());
    }
  });

  it("is nobody's if its row was moved to another id", async () => {
    const other = newApiToken(random);
    const row = rows.get(token.tokenId);
    assert.ok(row);
    rows.set(other.id, {
      ...row,
      unverifiedRow: { ...row.unverifiedRow, tokenId: other.id, secretHash: other.secretHash },
    });
    await isNobody(other.token.use((bytes) => new TextDecoder().decode(bytes)));
  });

  it("is nobody's if its stamp is under another master secret", async () => {
    keep(token, {}, ringOf(2));
    await isNobody(bearer);
    assert.deepEqual(alarms, ["trust.row-refused"]);
  });

  it("is nobody's if its stamp is none", async () => {
    rows.set(token.tokenId, { unverifiedRow: token, stamp: new Uint8Array(3) });
    await isNobody(bearer);
    assert.deepEqual(alarms, ["trust.row-refused"]);
  });

  it("is nobody's if its row holds what no node writes", async () => {
    read = failing("row-not-authentic");
    const caller = await authenticate(deps, bearer, origin);
    assert.equal(caller.kind, "nobody");
    assert.deepEqual(alarms, ["trust.row-refused"]);
  });

  it("is not judged while that cannot be done", async () => {
    const empty = {
      ...deps,
      keyring: {
        forReading: () => {
          throw new CodedError("master-secret-unavailable");
        },
      },
    };
    read = failing("database-unavailable");
    await assert.rejects(authenticate(deps, bearer, origin), (e) =>
      isCoded(e, "database-unavailable"),
    );
    await assert.rejects(authenticate(empty, bearer, origin), (e) =>
      isCoded(e, "master-secret-unavailable"),
    );
  });

  it("is kept for the time without a database only if it was found to be one", async () => {
    await authenticate(deps, bearer, origin);
    assert.equal(kept, 1);
    clock.advance(TTL_MS);
    await isNobody(bearer);
    rows.clear();
    await isNobody(bearer);
    keep({ ...token, secretHash: newApiToken(random).secretHash });
    await isNobody(bearer);
    assert.equal(kept, 1);
  });
});
