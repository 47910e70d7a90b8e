import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { APPLICATION_TYPES, type ApplicationType } from "./application.ts";
import { defaultFlags, flagsProblem, type Flags } from "./application-flags.ts";

/** Written by hand: the types that each flag may be set for. */
const FITS: Readonly<Record<keyof Flags, readonly ApplicationType[]>> = {
  windowsInitiatedSso: ["individual", "group"],
  hostInitiatedSso: ["individual", "host-group"],
  validatePassword: ["individual", "host-group"],
  allowTickets: ["individual", "group"],
  validateTickets: ["individual", "group"],
  timeoutTickets: ["individual", "group"],
  disableCredCache: ["individual", "group", "host-group", "config-store"],
  allowLocalAccounts: ["individual", "group", "host-group", "config-store"],
  adminAccountSame: ["individual", "group", "host-group", "config-store"],
  directPasswordSync: ["individual"],
  windowsCreds: ["individual"],
  restrictedCreds: ["group"],
  restrictMappingCreate: ["individual"],
};

describe("the flags of an application", () => {
  for (const [flag, types] of Object.entries(FITS)) {
    it(`take ${flag} for ${types.join(", ")} only`, () => {
      for (const type of APPLICATION_TYPES) {
        const problem = flagsProblem(type, { ...defaultFlags(type), [flag]: true });
        assert.equal(problem === undefined, types.includes(type), type);
        assert.ok(problem === undefined || problem.includes(flag));
      }
    });
  }

  it("may all be off, and fit their type as they are by default", () => {
    const off = Object.fromEntries(Object.keys(FITS).map((flag) => [flag, false]));
    for (const type of APPLICATION_TYPES) {
      assert.equal(flagsProblem(type, defaultFlags(type)), undefined);
      assert.equal(flagsProblem(type, { ...defaultFlags(type), ...off }), undefined);
    }
  });

  it("allow no tickets by default, and check them where there may be some", () => {
    for (const type of APPLICATION_TYPES) {
      const { allowTickets, validateTickets, timeoutTickets } = defaultFlags(type);
      const hasTickets = type === "individual" || type === "group";
      assert.deepEqual(
        [allowTickets, validateTickets, timeoutTickets],
        [false, hasTickets, hasTickets],
      );
    }
  });
});
