import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeAuthority, makeInvitation, SYSTEM } from "../test/statement-fixtures.ts";
import { InvariantBroken } from "./invariant.ts";
import { openInvitation, signInvitation, type Invitation } from "./invitation.ts";

const authority = makeAuthority();

describe("an invitation", () => {
  it("is read as it was signed", () => {
    const invitation = makeInvitation({ role: "candidate" });
    const note = signInvitation(authority, SYSTEM, invitation);
    assert.deepEqual(openInvitation(note, SYSTEM, authority.publicKey), invitation);
  });

  const unsound: readonly Partial<Invitation>[] = [
    { secretHash: new Uint8Array(31) },
    { expiresAtMs: -1 },
    { expiresAtMs: 0.5 },
    { expiresAtMs: 2 ** 60 },
  ];
  for (const changes of unsound) {
    it(`is not signed with ${JSON.stringify(changes)}`, () => {
      const sign = () => signInvitation(authority, SYSTEM, makeInvitation(changes));
      assert.throws(sign, InvariantBroken);
    });
  }
});
