import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fromHex } from "@chatelaine/crypto";
import type { ApplicationView } from "@chatelaine/protocol";
import type { Caller } from "../../src/domain/access/caller.ts";
import type { ApplicationId } from "../../src/domain/application-id/application-id.ts";
import {
  listApplications,
  showApplication,
} from "../../src/domain/application/list-applications.ts";
import {
  createApplication,
  deleteApplication,
  disableApplication,
  enableApplication,
  updateApplication,
} from "../../src/domain/application/manage-applications.ts";
import { getItem } from "../../src/domain/config-item/read-items.ts";
import { setItem } from "../../src/domain/config-item/write-items.ts";
import { coded } from "../support/coded.ts";
import {
  CALLER,
  makeSystem,
  startTestNode,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const fields = [{ name: "password", masked: true }];

describe("affiliate applications", () => {
  let system: TestSystem;
  let node: TestNode;

  before(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
  });
  after(async () => {
    await node.stop();
    system.place.discard();
  });

  function create(name: string): Promise<ApplicationView> {
    return createApplication(node, CALLER, { name, type: "config-store", fields });
  }

  function setSomething(application: string): Promise<unknown> {
    const changes = { password: "x" };
    return setItem(node, CALLER, {
      application,
      identifier: "i",
      precondition: { kind: "none" },
      changes,
    });
  }

  it("are found by id and by name in any case, as they were created", async () => {
    const created = await create("Bäcker");
    assert.deepEqual(await showApplication(node, CALLER, created.applicationId), created);
    assert.deepEqual(await showApplication(node, CALLER, "BÄCKER"), created);
    await assert.rejects(showApplication(node, CALLER, "none"), coded("application-not-found"));
  });

  it("have names that differ in more than case", async () => {
    await create("Orders");
    await assert.rejects(create("ORDERS"), coded("application-exists"));
  });

  it("have no name that looks like an id", async () => {
    await assert.rejects(create("app_aaaaaaaaaaaaaaaa"), coded("application-invalid"));
  });

  it("are disabled until they are enabled, and hold nothing meanwhile", async () => {
    const { applicationId } = await create("Later");
    await assert.rejects(setSomething(applicationId), coded("application-disabled"));
    const enabled = await enableApplication(node, CALLER, { application: applicationId });
    assert.equal(enabled.enabled, true);
    await setSomething(applicationId);
    await disableApplication(node, CALLER, { application: applicationId });
    const read = getItem(node, CALLER, { application: applicationId, identifier: "i" });
    await assert.rejects(read, coded("application-disabled"));
  });

  it("are not enabled without a field", async () => {
    await createApplication(node, CALLER, { name: "Bare", type: "config-store" });
    const enabling = enableApplication(node, CALLER, { application: "Bare" });
    await assert.rejects(enabling, coded("application-invalid"));
  });

  it("hold config items only if they are config stores", async () => {
    await createApplication(node, CALLER, { name: "SAP", type: "individual", enabled: true });
    await assert.rejects(setSomething("SAP"), coded("application-type-mismatch"));
  });

  it("are changed only from the revision that was read, if one is named", async () => {
    const { name: application, revision } = await create("Versioned");
    const ifMatch = fromHex(revision);
    const change = (description: string) =>
      updateApplication(node, CALLER, { application, ifMatch, changes: { description } });
    const changed = await change("one");
    assert.notEqual(changed.revision, revision);
    await assert.rejects(change("two"), coded("revision-conflict"));
    const deleting = deleteApplication(node, CALLER, { application, ifMatch });
    await assert.rejects(deleting, coded("revision-conflict"));
    assert.equal((await showApplication(node, CALLER, application)).description, "one");
  });

  it("keep the values of a field that is renamed", async () => {
    const { name: application } = await create("Renamed");
    await enableApplication(node, CALLER, { application });
    await setSomething(application);
    const renamed = [{ name: "pass phrase", formerName: "password" }];
    await updateApplication(node, CALLER, { application, changes: { fields: renamed } });
    const { masked } = await getItem(node, CALLER, { application, identifier: "i" });
    assert.deepEqual(masked, ["pass phrase"]);
  });

  it("are gone with their items once deleted, also if one of the name comes again", async () => {
    const { name: application } = await create("Gone");
    await enableApplication(node, CALLER, { application });
    await setSomething(application);
    await deleteApplication(node, CALLER, { application });
    await assert.rejects(
      showApplication(node, CALLER, application),
      coded("application-not-found"),
    );
    await create("Gone");
    await enableApplication(node, CALLER, { application });
    const read = getItem(node, CALLER, { application, identifier: "i" });
    await assert.rejects(read, coded("config-item-not-found"));
  });

  it("are shown and listed to a reader only if they are its own", async () => {
    const { applicationId } = await create("Own");
    const reader: Caller = {
      ...CALLER,
      kind: "reader-token",
      mayReveal: true,
      applications: [applicationId as ApplicationId],
    };
    const page = { after: undefined, limit: 10 };
    const { items } = await listApplications(node, reader, page);
    assert.deepEqual(
      items.map(({ name }) => name),
      ["Own"],
    );
    await assert.rejects(showApplication(node, reader, "Orders"), coded("application-not-found"));
  });

  it("are listed page by page by their folded names, each once", async () => {
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await listApplications(node, CALLER, { after: next, limit: 2 });
      seen.push(...page.items.map(({ name }) => name));
      next = page.next;
    } while (next !== undefined);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    );
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length > 5);
  });

  it("leave an audit row for every change (P10)", async () => {
    const { applicationId: application } = await create("Audited");
    await updateApplication(node, CALLER, { application, changes: { contact: "c" } });
    await enableApplication(node, CALLER, { application });
    await disableApplication(node, CALLER, { application });
    await deleteApplication(node, CALLER, { application });
    const rows = await node.database.read(({ audit }) =>
      audit.list({ after: 0n, limit: 100, applicationId: application }),
    );
    assert.deepEqual(
      rows.map(({ action }) => action),
      ["create", "update", "enable", "disable", "delete"].map((verb) => `application.${verb}`),
    );
  });
});
