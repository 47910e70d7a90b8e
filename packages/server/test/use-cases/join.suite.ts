import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  assertKeyringOfCharter,
  Authority,
  CHARTER_LIST_MAX,
  newNodeId,
  NodeKeys,
  openCharter,
  openKeyring,
  openWarrant,
  signCharter,
  signInvitation,
  type JoinToken,
} from "@chatelaine/crypto";
import { CodedError } from "../../src/base/coded-error.ts";
import { admitNode, type AdmitNodeDeps } from "../../src/domain/membership/admit-node.ts";
import type { AdmissionRequest } from "../../src/domain/node/admission.ts";
import type { NodesWriteStores } from "../../src/domain/membership/change-nodes.ts";
import { issueInvitation } from "../../src/domain/membership/issue-invitation.ts";
import { listNodes, showNode } from "../../src/domain/membership/list-nodes.ts";
import { loadAuthority } from "../../src/domain/membership/load-authority.ts";
import { promoteNode } from "../../src/domain/membership/promote-node.ts";
import { readvertise } from "../../src/domain/membership/readvertise.ts";
import { revokeNode } from "../../src/domain/membership/revoke-node.ts";
import { plusMs } from "../../src/platform/clock.ts";
import { coded } from "../support/coded.ts";
import {
  FIRST_ADDRESS,
  inviteTo,
  joiningDeps,
  requestOf,
  type MakeOpenPlace,
  type OpenPlace,
} from "../support/joining.ts";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  MemoryStateDirectory,
  startTestNode,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const SOURCE = "192.0.2.9";
const HOUR_MS = 3_600_000;

/** Inviting, joining, promoting and revoking, with what befalls them in between. */
export function joinSuite(database: string, makePlace: MakeOpenPlace): void {
  describe(`joining, on ${database}`, () => {
    let open: OpenPlace;
    let system: TestSystem;
    let node: TestNode;
    let deps: AdmitNodeDeps;

    beforeEach(async () => {
      open = await makePlace();
      system = await makeSystem(open.place);
      node = await startTestNode(system);
      deps = joiningDeps(node);
    });
    afterEach(async () => {
      await node.stop();
      await open.discard();
    });

    const admit = (request: AdmissionRequest, changed: Partial<AdmitNodeDeps> = {}) =>
      admitNode({ ...deps, ...changed }, request, SOURCE);

    async function serial(): Promise<bigint> {
      return (await node.database.read((stores) => node.trust.charter(stores))).serial;
    }

    async function audited(): Promise<readonly string[]> {
      const rows = await node.database.read(({ audit }) => audit.list({ after: 0n, limit: 1000 }));
      return rows.map(({ action, outcome }) => `${action} ${outcome}`);
    }

    async function names(): Promise<readonly string[]> {
      return (await listNodes(deps)).items.map(({ name, role }) => `${name} ${role}`).toSorted();
    }

    it("needs an address at which somebody answers", async () => {
      const invite = issueInvitation(deps, CALLER, { role: "member" });
      await assert.rejects(invite, coded("node-not-advertised"));
    });

    it("gives a token of everything that a machine needs to know", async () => {
      const token = await inviteTo(deps, "member");
      assert.equal(token.systemId, node.self.systemId);
      assert.deepEqual(Buffer.from(token.authorityKey), Buffer.from(node.self.authorityKey));
      assert.deepEqual(token.addresses, [FIRST_ADDRESS]);
      const openForMs = token.expiresAtMs - Date.now();
      assert.ok(openForMs > 0.9 * HOUR_MS && openForMs <= HOUR_MS);
      const candidate = await inviteTo(deps, "candidate");
      assert.ok(candidate.expiresAtMs - Date.now() <= HOUR_MS / 4);
    });

    it("makes a member, and seals it no keyring that lies in the database", async () => {
      const token = await inviteTo(deps, "member");
      const before = await serial();
      const keys = NodeKeys.generate(EFFECTS.random);
      const admission = await admit(requestOf(token, keys));
      const { systemId, authorityKey } = node.self;
      const warrant = openWarrant(admission.warrant, systemId, authorityKey);
      assert.equal(warrant.nodeId, token.nodeId);
      assert.equal(warrant.role, "member");
      assert.equal(warrant.admissionSerial, before + 1n);
      assert.deepEqual(Buffer.from(warrant.tlsKey), Buffer.from(keys.publicKeys.tlsKey));
      assert.equal(openCharter(admission.charter, systemId, authorityKey).serial, before + 1n);
      assert.equal(await serial(), before + 1n);
      assert.equal(admission.chain.length, 2);
      const sealed = node.database.read((stores) => stores.sealedKeyrings.find(token.nodeId));
      assert.equal(await sealed, undefined);
      assert.deepEqual(await names(), ["first candidate", "second member"]);
      assert.ok((await audited()).includes("node.join done"));
      assert.ok(node.events.codes.includes("node.admitted"));
    });

    it("makes a candidate that can be master secret server when the first is gone", async () => {
      const token = await inviteTo(deps, "candidate");
      const keys = NodeKeys.generate(EFFECTS.random);
      await admit(requestOf(token, keys));
      await node.stop();
      const directory = new MemoryStateDirectory();
      directory.self = { ...node.self, nodeId: token.nodeId, name: "second", keys };
      node = await startTestNode({ ...system, directory });
      assert.equal(node.service.health().isMaster, true);
      assert.equal(node.holder.forSealing().primary, 1);
    });

    it("answers the same request of the same keys with the same admission", async () => {
      const token = await inviteTo(deps, "candidate");
      const keys = NodeKeys.generate(EFFECTS.random);
      const first = await admit(requestOf(token, keys));
      const before = await serial();
      const second = await admit(requestOf(token, keys));
      assert.equal(second.warrant, first.warrant);
      assert.equal(second.nodeId, first.nodeId);
      assert.equal(await serial(), before);
      assert.equal((await audited()).filter((one) => one === "node.join done").length, 1);
    });

    it("admits nobody else with a token that was used", async () => {
      const token = await inviteTo(deps, "member");
      await admit(requestOf(token));
      await assert.rejects(admit(requestOf(token)), coded("invitation-used"));
      await open.execute(`update invitation set redeemed_at_ms = null`);
      await assert.rejects(admit(requestOf(token)), coded("invitation-used"));
      assert.deepEqual(await names(), ["first candidate", "second member"]);
      assert.ok((await audited()).includes("node.join refused"));
    });

    it("admits nobody with the token of a node that was revoked, whatever the database says", async () => {
      const token = await inviteTo(deps, "member");
      const keys = NodeKeys.generate(EFFECTS.random);
      await admit(requestOf(token, keys));
      await revokeNode(deps, CALLER, token.nodeId);
      await open.execute(`update invitation set redeemed_at_ms = null`);
      await assert.rejects(admit(requestOf(token, keys)), coded("invitation-used"));
      await assert.rejects(admit(requestOf(token)), coded("invitation-used"));
    });

    it("refuses a token that has expired", async () => {
      const token = await inviteTo(deps, "member", 5);
      const later = { ...node.clock, wallTime: () => plusMs(node.clock.wallTime(), 300_000) };
      const changed = { records: { ...deps.records, clock: later } };
      await assert.rejects(admit(requestOf(token), changed), coded("invitation-expired"));
      await admit(requestOf(token));
    });

    it("refuses another secret, and an id that nothing has, with the same words", async () => {
      const token = await inviteTo(deps, "member");
      const secret = new Uint8Array(32).fill(7);
      const wrong = await messageOf(admit(requestOf(token, undefined, { secret })));
      const absent = { invitationId: newNodeId(EFFECTS.random) };
      const refusals = (await audited()).filter((one) => one === "node.join refused").length;
      assert.equal(await messageOf(admit(requestOf(token, undefined, absent))), wrong);
      const invalid = { invitationId: "inv" };
      assert.equal(await messageOf(admit(requestOf(token, undefined, invalid))), wrong);
      assert.match(wrong, /^invitation-refused/);
      assert.equal((await audited()).filter((one) => one === "node.join refused").length, refusals);
      assert.equal(refusals, 1);
      await admit(requestOf(token));
    });

    it("believes no invitation that somebody has changed or signed himself (P11)", async () => {
      const token = await inviteTo(deps, "member");
      const other = await inviteTo(deps, "candidate");
      const row = await node.database.read((stores) => stores.invitations.find(token.nodeId));
      const note = row?.note ?? "";
      const stranger = Authority.generate(EFFECTS.random);
      const forged = signInvitation(stranger, node.self.systemId, {
        nodeId: token.nodeId,
        role: "candidate",
        secretHash: new Uint8Array(32),
        expiresAtMs: token.expiresAtMs,
      });
      const otherRow = await node.database.read((stores) => stores.invitations.find(other.nodeId));
      const changes = [
        note.replace("role member", "role candidate"),
        note.replace(/expires \d/, "expires 9"),
        otherRow?.note ?? "",
        forged,
        "",
      ];
      for (const changed of changes) {
        node.events.codes.length = 0;
        await setNote(token, changed);
        await assert.rejects(admit(requestOf(token)), coded("invitation-refused"));
        assert.ok(node.events.codes.includes("trust.statement-refused"));
      }
      await setNote(token, note);
      await admit(requestOf(token));
    });

    async function setNote({ nodeId }: JoinToken, note: string): Promise<void> {
      await open.execute(`update invitation set note = '${note}' where node_id = '${nodeId}'`);
    }

    it("admits one of two that race for one token", async () => {
      const token = await inviteTo(deps, "candidate");
      const outcomes = await Promise.allSettled([
        admit(requestOf(token, undefined, { name: "left" })),
        admit(requestOf(token, undefined, { name: "right" })),
      ]);
      const refused = outcomes.filter(({ status }) => status === "rejected");
      assert.equal(refused.length, 1);
      assert.ok(refused.every((one) => one.status === "rejected" && isUsed(one.reason)));
      assert.equal((await names()).length, 2);
    });

    it("admits both of two that race with tokens of their own", async () => {
      const tokens = [await inviteTo(deps, "member"), await inviteTo(deps, "member")];
      const before = await serial();
      await Promise.all(
        tokens.map((token, index) => admit(requestOf(token, undefined, { name: `n${index}` }))),
      );
      assert.equal(await serial(), before + 2n);
      assert.deepEqual(await names(), ["first candidate", "n0 member", "n1 member"]);
    });

    it("leaves the token as it was when the transaction fails at its end", async () => {
      const token = await inviteTo(deps, "candidate");
      const before = await serial();
      const role = failingAfter(new TypeError("the power went off"));
      await assert.rejects(admit(requestOf(token), { role }), TypeError);
      assert.equal(await serial(), before);
      assert.deepEqual(await names(), ["first candidate"]);
      await admit(requestOf(token));
      assert.deepEqual(await names(), ["first candidate", "second candidate"]);
    });

    function failingAfter(error: Error): AdmitNodeDeps["role"] {
      return {
        fenced: (act, run) =>
          node.role.fenced(act, async (stores: NodesWriteStores) => {
            await run(stores);
            throw error;
          }),
      };
    }

    it("gives the admission that was made when its answer was lost", async () => {
      const token = await inviteTo(deps, "candidate");
      const keys = NodeKeys.generate(EFFECTS.random);
      const role: AdmitNodeDeps["role"] = {
        fenced: async (act, run) => {
          await node.role.fenced(act, run);
          throw new CodedError("outcome-unknown");
        },
      };
      await assert.rejects(admit(requestOf(token, keys), { role }), coded("outcome-unknown"));
      const { nodeId } = await admit(requestOf(token, keys));
      assert.equal(nodeId, token.nodeId);
      assert.deepEqual(await names(), ["first candidate", "second candidate"]);
    });

    it("refuses what no warrant can carry, and keys that are another node's", async () => {
      const token = await inviteTo(deps, "candidate");
      const unfit: Partial<AdmissionRequest>[] = [
        { name: "" },
        { addresses: [] },
        { addresses: ["second.example"] },
        { addresses: ["second.example:0"] },
        { tlsKey: new Uint8Array(91) },
        { hpkeKey: new Uint8Array(32) },
        { statementKey: new Uint8Array(31) },
        { tlsKey: node.self.keys.publicKeys.tlsKey },
      ];
      for (const changes of unfit) {
        const request = requestOf(token, undefined, changes);
        await assert.rejects(admit(request), coded("request-invalid"), Object.keys(changes)[0]);
      }
      assert.deepEqual(await names(), ["first candidate"]);
    });

    it("is done by the master secret server alone", async () => {
      const token = await inviteTo(deps, "member");
      const asked = admit(requestOf(token), { isMaster: () => false });
      await assert.rejects(asked, coded("not-master-secret-server"));
    });

    it("revokes a node: its row and its sealed keyring are gone, and it does not start", async () => {
      const token = await inviteTo(deps, "candidate");
      const keys = NodeKeys.generate(EFFECTS.random);
      await admit(requestOf(token, keys));
      const list = await revokeNode(deps, CALLER, "second");
      assert.deepEqual(
        list.items.map(({ name }) => name),
        ["first"],
      );
      assert.equal(list.isRotationRequired, true);
      await node.database.read(async (stores) => {
        assert.equal(await stores.nodes.find(token.nodeId), undefined);
        assert.equal(await stores.sealedKeyrings.find(token.nodeId), undefined);
      });
      assert.ok(node.events.codes.includes("node.revoked"));
      assert.ok(node.events.codes.includes("rotation.required"));
      const directory = new MemoryStateDirectory();
      directory.self = { ...node.self, nodeId: token.nodeId, name: "second", keys };
      const start = startTestNode({ ...system, directory }, "waits");
      await assert.rejects(start, coded("node-revoked"));
    });

    it("does not revoke the master secret server, nor a node that there is not", async () => {
      const self = revokeNode(deps, CALLER, node.self.nodeId);
      await assert.rejects(self, coded("node-not-changeable"));
      await assert.rejects(revokeNode(deps, CALLER, "nobody"), coded("node-not-found"));
    });

    it("names the limit of the charter before it is reached", async () => {
      const token = await inviteTo(deps, "member");
      await admit(requestOf(token));
      await fillCharter();
      await assert.rejects(revokeNode(deps, CALLER, "second"), coded("charter-full"));
      assert.deepEqual(await names(), ["first candidate", "second member"]);
    });

    async function fillCharter(): Promise<void> {
      using loaded = await loadAuthority(deps);
      const ids = Array.from({ length: CHARTER_LIST_MAX }, () => newNodeId(EFFECTS.random));
      const charter = {
        ...loaded.charter,
        serial: loaded.charter.serial + 1n,
        revokedNodes: ids.toSorted(),
      };
      const note = signCharter(loaded.authority, node.self.systemId, charter);
      await node.role.fenced("test", (stores) =>
        stores.charter.put({ serial: charter.serial, note }),
      );
    }

    it("promotes a member with a new warrant; the earlier one is no longer believed", async () => {
      const token = await inviteTo(deps, "member");
      const keys = NodeKeys.generate(EFFECTS.random);
      const { warrant: earlier } = await admit(requestOf(token, keys));
      const view = await promoteNode(deps, CALLER, "second");
      assert.equal(view.role, "candidate");
      await assertOpens(token, keys);
      await assert.rejects(promoteNode(deps, CALLER, "second"), coded("node-not-changeable"));
      await node.role.fenced("test", ({ nodes }) =>
        nodes.put({ nodeId: token.nodeId, warrant: earlier }),
      );
      assert.deepEqual(await names(), ["first candidate"]);
    });

    async function assertOpens({ nodeId }: JoinToken, keys: NodeKeys): Promise<void> {
      const { row, charter } = await node.database.read(async (stores) => ({
        row: await stores.sealedKeyrings.find(nodeId),
        charter: await node.trust.charter(stores),
      }));
      assert.ok(row);
      const { systemId } = node.self;
      const opener = { nodeId, role: "candidate", systemId, revision: row.revision, keys } as const;
      const secrets = await openKeyring(row.sealed, opener);
      assertKeyringOfCharter(secrets, charter);
      assert.ok(secrets.authoritySeed !== undefined && secrets.caKey !== undefined);
    }

    it("gives the master secret server a warrant of its addresses, once", async () => {
      const warrant = await readvertise(deps, ["a.example:1", "b.example:1"]);
      assert.deepEqual(warrant?.addresses, ["a.example:1", "b.example:1"]);
      const before = await serial();
      assert.equal(await readvertise(deps, ["a.example:1", "b.example:1"]), undefined);
      assert.equal(await serial(), before);
      const { addresses } = await showNode(deps, node.self.nodeId);
      assert.deepEqual(addresses, ["a.example:1", "b.example:1"]);
      await node.stop();
      node = await startTestNode(system);
      assert.equal(node.service.health().canSeal, true);
    });

    it("lists no node whose row somebody has made, and says so once", async () => {
      const token = await inviteTo(deps, "member");
      await admit(requestOf(token));
      await open.execute(
        `insert into node (node_id, warrant)
          select 'nod_aaaaaaaaaaaaaaaa', warrant from node where node_id = '${token.nodeId}'`,
      );
      await open.execute(
        `insert into node (node_id, warrant) values ('nod_bbbbbbbbbbbbbbbb', 'no warrant')`,
      );
      node.events.codes.length = 0;
      assert.deepEqual(await names(), ["first candidate", "second member"]);
      assert.deepEqual(await names(), ["first candidate", "second member"]);
      const told = node.events.codes.filter((code) => code === "trust.statement-refused");
      assert.equal(told.length, 1);
      await revokeNode(deps, CALLER, "nod_bbbbbbbbbbbbbbbb");
      const row = node.database.read(({ nodes }) => nodes.find(parse("nod_bbbbbbbbbbbbbbbb")));
      assert.equal(await row, undefined);
    });
  });
}

function parse(text: string): JoinToken["nodeId"] {
  return text as JoinToken["nodeId"];
}

function isUsed(reason: unknown): boolean {
  return reason instanceof CodedError && reason.code === "invitation-used";
}

async function messageOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof CodedError ? `${error.code} ${error.message}` : String(error);
  }
  return "";
}
