import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { text } from "@chatelaine/crypto";
import type { TokenCreate } from "@chatelaine/protocol";
import type { Caller } from "../../src/domain/access/caller.ts";
import { showApplication } from "../../src/domain/application/list-applications.ts";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import type { Repeatable } from "../../src/domain/idempotency/once.ts";
import type { WriteStores } from "../../src/domain/store/sso-database.ts";
import { authenticate } from "../../src/domain/token/authenticate.ts";
import {
  createToken,
  listTokens,
  revokeToken,
  type CreatedToken,
} from "../../src/domain/token/manage-tokens.ts";
import { coded } from "../support/coded.ts";
import {
  CALLER,
  makeSystem,
  startTestNode,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const HOUR_MS = 3_600_000;
const ADMIN: TokenCreate = { name: "ci", kind: "admin" };

describe("API tokens", () => {
  let system: TestSystem;
  let node: TestNode;

  before(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
    for (const name of ["Orders", "Billing"]) {
      await createApplication(node, CALLER, { name, type: "config-store" });
    }
  });
  after(async () => {
    await node.stop();
    system.place.discard();
  });

  const create = (request: TokenCreate, repeatable?: Repeatable): Promise<CreatedToken> =>
    createToken(node, CALLER, request, repeatable);

  function callerOf({ token }: CreatedToken): Promise<Caller> {
    assert.ok(token);
    const bearer = token.use((bytes) => new TextDecoder().decode(bytes));
    return authenticate(node, bearer, { source: "127.0.0.1", requestId: "req_1" });
  }

  it("give nothing that their maker does not have", async () => {
    const admin = await callerOf(await create(ADMIN));
    const wanted: readonly TokenCreate[] = [
      { ...ADMIN, mayReveal: true },
      { name: "r", kind: "reader", applications: ["orders"] },
    ];
    for (const request of wanted) {
      await assert.rejects(createToken(node, admin, request), coded("permission-denied"));
    }
    const { view } = await createToken(node, admin, ADMIN);
    assert.equal(view.mayReveal, false);
  });

  it("authenticate whom they were made for", async () => {
    const admin = await callerOf(await create(ADMIN));
    assert.deepEqual([admin.kind, "mayReveal" in admin && admin.mayReveal], ["admin-token", false]);
    const reader = await callerOf(
      await create({ name: "r", kind: "reader", applications: ["orders"] }),
    );
    assert.equal(reader.kind, "reader-token");
    assert.equal((await showApplication(node, reader, "Orders")).name, "Orders");
    await assert.rejects(showApplication(node, reader, "Billing"), coded("application-not-found"));
  });

  it("end at once when they are revoked, and only once", async () => {
    const made = await create(ADMIN);
    await revokeToken(node, CALLER, made.view.tokenId);
    assert.equal((await callerOf(made)).kind, "nobody");
    const again = revokeToken(node, CALLER, made.view.tokenId);
    await assert.rejects(again, coded("token-not-found"));
  });

  it("last as long as was asked for, and 30 days unless it was", async () => {
    const { view } = await create(ADMIN);
    assert.equal(view.expiresAtMs - view.createdAtMs, 720 * HOUR_MS);
    const short = await create({ ...ADMIN, ttlHours: 1 });
    assert.equal(short.view.expiresAtMs - short.view.createdAtMs, HOUR_MS);
  });

  it("of a reader name what it reads, and those of an admin name nothing", async () => {
    const wrong: readonly TokenCreate[] = [
      { name: "x", kind: "reader" },
      { name: "x", kind: "reader", applications: [] },
      { name: "x", kind: "reader", applications: ["Orders"], mayReveal: false },
      { name: "x", kind: "admin", applications: ["Orders"] },
    ];
    for (const request of wrong) {
      await assert.rejects(create(request), coded("application-invalid"), JSON.stringify(request));
    }
    const unknown = create({ name: "x", kind: "reader", applications: ["Nothing"] });
    await assert.rejects(unknown, coded("application-not-found"));
  });

  it("are listed without their secrets, newest first", async () => {
    const made = await create(ADMIN);
    const [first] = await listTokens(node);
    assert.deepEqual(first, made.view);
  });

  it("are shown once: the same request sent again gets the same token without its secret", async () => {
    const repeatable = { key: "token", request: text("create") };
    const made = await create(ADMIN, repeatable);
    const again = await create(ADMIN, repeatable);
    assert.deepEqual([again.view, again.token], [made.view, undefined]);
  });

  it("are not confused with one that another request made at the same moment", async () => {
    const repeatable = { key: "race", request: text("create") };
    const made = await create(ADMIN, repeatable);
    const database = { ...forgetfulOnce(node), read: node.database.read.bind(node.database) };
    const again = await createToken({ ...node, database }, CALLER, ADMIN, repeatable);
    assert.deepEqual([again.view, again.token], [made.view, undefined]);
  });

  it("leave an audit row when they are made and when they end (P10)", async () => {
    const { view } = await create(ADMIN);
    await revokeToken(node, CALLER, view.tokenId);
    const rows = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 1000 }));
    const told = rows.filter(({ about }) => about["tokenId"] === view.tokenId);
    assert.deepEqual(
      told.map(({ action }) => action),
      ["token.create", "token.revoke"],
    );
  });
});

/** A database that at the first look does not see the key yet, as if its row came a moment later. */
function forgetfulOnce({ database }: TestNode) {
  let looks = 0;
  return {
    write: <T>(run: (stores: WriteStores) => Promise<T>): Promise<T> =>
      database.write((stores) => {
        const { idempotency } = stores;
        return run({
          ...stores,
          idempotency: {
            find: (caller, key) => idempotency.find(caller, key),
            findAndLock: (caller, key) => {
              looks += 1;
              return looks === 1
                ? Promise.resolve(undefined)
                : idempotency.findAndLock(caller, key);
            },
            add: (row) => idempotency.add(row),
            prune: (beforeMs, limit) => idempotency.prune(beforeMs, limit),
          },
        });
      }),
  };
}
