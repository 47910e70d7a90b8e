import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PERMISSIONS, ROUTES, type Permission, type RouteSpec } from "@chatelaine/protocol";
import { isCoded } from "../../base/coded-error.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import { localAdministrator, NODE_ITSELF, type Caller, type TokenCaller } from "./caller.ts";
import { assertMayDo, mayDo, maySee, visibleApplications } from "./permissions.ts";

const OWN = "app_aaaaaaaaaaaaaaaa" as ApplicationId;
const OTHER = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
const origin = { name: "x", source: "127.0.0.1", requestId: "req_1" };
const token = (
  kind: TokenCaller["kind"],
  mayReveal: boolean,
  ...applications: ApplicationId[]
): Caller => ({ ...origin, kind, mayReveal, applications });

const administrator = localAdministrator("socket", "req_1");
const admin = token("admin-token", false);
const revealer = token("admin-token", true);
const reader = token("reader-token", true, OWN);
const nobody: Caller = { ...origin, kind: "nobody" };

/** Written by hand: who has what. */
const TABLE: Readonly<Record<Permission, readonly Caller[]>> = {
  anyone: [administrator, admin, revealer, reader, nobody],
  "local-administrator": [administrator],
  "application.read": [administrator, admin, revealer, reader],
  "application.manage": [administrator, admin, revealer],
  "config.read": [administrator, admin, revealer, reader],
  "config.reveal": [administrator, revealer, reader],
  "config.write": [administrator, admin, revealer],
  "token.manage": [administrator, admin, revealer],
  "audit.read": [administrator, admin, revealer],
  "event.read": [administrator, admin, revealer],
  "status.read": [administrator, admin, revealer],
  "cache.manage": [administrator, admin, revealer],
};

function refusal(caller: Caller, permission: Permission): string {
  try {
    assertMayDo(caller, permission);
    return "";
  } catch (error) {
    return isCoded(error) ? error.code : "broken";
  }
}

describe("permissions", () => {
  it("are had by those callers that the table names, and no others", () => {
    for (const permission of PERMISSIONS) {
      for (const caller of [administrator, admin, revealer, reader, nobody]) {
        const expected = TABLE[permission].includes(caller);
        assert.equal(mayDo(caller, permission), expected, `${caller.kind} ${permission}`);
        assert.equal(refusal(caller, permission) === "", expected);
      }
    }
  });

  it("are each asked for by a route", () => {
    const asked = (Object.values(ROUTES) as RouteSpec[]).map(({ permission }) => permission);
    assert.deepEqual([...new Set(asked)].sort(), [...PERMISSIONS].sort());
  });

  it("are refused with what the caller can do about it", () => {
    assert.equal(refusal(nobody, "config.read"), "authentication-required");
    assert.equal(refusal(nobody, "local-administrator"), "local-socket-required");
    assert.equal(refusal(revealer, "local-administrator"), "local-socket-required");
    assert.equal(refusal(admin, "config.reveal"), "permission-denied");
    assert.equal(refusal(reader, "config.write"), "permission-denied");
  });

  it("let a reader see its own applications, and everybody else all of them", () => {
    assert.deepEqual(visibleApplications(reader), [OWN]);
    assert.deepEqual([maySee(reader, OWN), maySee(reader, OTHER)], [true, false]);
    for (const caller of [administrator, admin, revealer, NODE_ITSELF]) {
      assert.equal(visibleApplications(caller), undefined);
      assert.equal(maySee(caller, OTHER), true);
    }
  });

  it("let a reader that is given no application see none", () => {
    assert.equal(maySee(token("reader-token", true), OTHER), false);
  });
});
