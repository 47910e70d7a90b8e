import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeText,
  ImportProblem,
  parseApplications,
  type ApplicationDocument,
  type TextPlace,
} from "../src/index.ts";

const FOLDER = path.join(import.meta.dirname, "samples/enterprise-sso");
const SAMPLES = fs.readdirSync(FOLDER).filter((name) => name.endsWith(".xml"));

function textOf(name: string): string {
  return decodeText(fs.readFileSync(path.join(FOLDER, name))).text;
}

/** The one application of a sample, places left out. */
function only(name: string): unknown {
  const [application, ...others] = parseApplications(textOf(name));
  assert.ok(application !== undefined && others.length === 0);
  return withoutPlaces(application);
}

function withoutPlaces(application: ApplicationDocument): unknown {
  const present = Object.entries(application).filter(
    ([name, value]) => name !== "place" && value !== undefined,
  );
  const fields = application.fields.map(({ label, masked }) => (masked ? `*${label}` : label));
  return { ...Object.fromEntries(present), fields };
}

function refused(text: string, place: TextPlace | undefined, message: RegExp): void {
  assert.throws(
    () => parseApplications(text),
    (error) => {
      assert.ok(error instanceof ImportProblem);
      assert.match(error.message, message);
      assert.deepEqual(error.place, place);
      return true;
    },
  );
}

const USER_AND_PASSWORD = ["User ID", "*Password"];
const TICKETS = { allowTickets: false, validateTickets: true, timeoutTickets: true };

const EXPECTED: Readonly<Record<string, unknown>> = {
  "config-store-orders.xml": {
    name: "Orders.Settings",
    type: "config-store",
    description: "Settings of the order service",
    contact: "ops@example.com",
    users: ["CORP\\BizTalkHosts"],
    administrators: ["CORP\\BizTalkAdmins"],
    fields: ["dummy", "*ConnectionString", "TotalStages"],
    flags: { allowTickets: false },
    enabled: true,
  },
  "group-ordered.xml": {
    name: "MainframeShared",
    type: "group",
    description: "Shared RACF ids, first match wins",
    contact: "ops@example.com",
    users: ["CORP\\PayrollClerks", "CORP\\AllStaff"],
    administrators: ["CORP\\MainframeAdmins"],
    fields: USER_AND_PASSWORD,
    flags: {},
    enabled: false,
  },
  "host-group.xml": {
    name: "SSOApp_HostGroupApp1",
    type: "host-group",
    description: "Many non-Windows users mapped to one Windows account",
    contact: "someone@companyname.com",
    windowsAccount: "DomainName\\WindowsUserAccount1",
    administrators: ["DomainName\\AppAdminGroup_HISSO"],
    fields: USER_AND_PASSWORD,
    flags: {},
    enabled: true,
  },
  "host-initiated-individual.xml": {
    name: "SSOApp_Host1",
    description: "An Individual Type Affiliate Application for Host Initiated SSO",
    contact: "someone@companyname.com",
    users: ["DomainName\\AppUserGroup_HISSO"],
    administrators: ["DomainName\\AppAdminGroup_HISSO"],
    fields: USER_AND_PASSWORD,
    flags: { windowsInitiatedSso: false },
    enabled: true,
  },
  "individual-sap.xml": {
    name: "SAP",
    type: "individual",
    description: "The SAP application",
    contact: "someone@example.com",
    users: ["domain\\AppUserAccount"],
    administrators: ["domain\\AppAdminAccount"],
    fields: ["User Id", "*Password"],
    flags: { ...TICKETS, allowLocalAccounts: false, adminAccountSame: false },
    enabled: false,
  },
  "legacy-all-flags.xml": {
    name: "TestApp",
    type: "individual",
    description: "An SSO Test Affiliate Application",
    contact: "AffAppUser@ESSOV2.EBiz.Com",
    users: ["ORCH\\TestAffAdminGroup"],
    administrators: ["ORCH\\TestAffUserGroup"],
    fields: USER_AND_PASSWORD,
    flags: {
      ...TICKETS,
      allowLocalAccounts: true,
      adminAccountSame: false,
      hostInitiatedSso: true,
      validatePassword: true,
    },
    enabled: true,
  },
  "legacy-group-names.xml": {
    name: "LedgerApp",
    type: "individual",
    description: "Uses the oldest element names",
    contact: "ops@example.com",
    users: ["CORP\\Domain Users"],
    administrators: ["CORP\\LedgerAdmins"],
    fields: USER_AND_PASSWORD,
    flags: { allowTickets: true },
    enabled: true,
  },
  "update-application.xml": {
    name: "SSOApplication",
    description: "An SSO Application",
    contact: "someone@companyname.com",
    users: ["DomainName\\AppUserGroup"],
    administrators: ["DomainName\\AppAdminGroup"],
    fields: [],
    flags: TICKETS,
    enabled: false,
  },
};

const REFUSED: Readonly<Record<string, readonly [TextPlace, RegExp]>> = {
  "global-info.xml": [{ line: 3, column: 3 }, /<globalInfo>/],
  "secret-server-only.xml": [{ line: 2, column: 3 }, /<globalInfo>/],
  "user-mappings.xml": [{ line: 2, column: 3 }, /<mapping>/],
};

describe("parseApplications", () => {
  it("has an expectation for every sample", () => {
    const known = [...Object.keys(EXPECTED), ...Object.keys(REFUSED)];
    assert.deepEqual(SAMPLES.sort(), known.sort());
  });

  for (const [name, expected] of Object.entries(EXPECTED)) {
    it(`reads ${name}`, () => assert.deepEqual(only(name), expected));
  }

  for (const [name, [place, message]] of Object.entries(REFUSED)) {
    it(`refuses ${name} by name`, () => refused(textOf(name), place, message));
  }

  it("tells where it stops", () => {
    const application = (inside: string, attributes = 'name="A"'): string =>
      `<SSO>\n<application ${attributes}>${inside}</application></SSO>`;
    const at = (column: number): TextPlace => ({ line: 2, column });
    refused("<a/>", { line: 1, column: 1 }, /not <a>/);
    refused("<SSO/>", { line: 1, column: 1 }, /no <application>/);
    refused(application("", ""), at(1), /no name/);
    refused(application("<other/>"), at(23), /<other> is not known/);
    refused(application("<userGroup/><appUserAccount/>"), at(35), /there twice/);
    refused(application('<flags groupApp="maybe"/>'), at(23), /groupApp is neither/);
    refused(application('<flags unknown="yes"/>'), at(23), /flag unknown/);
    refused(
      application('<flags groupApp="yes" configStoreApp="yes"/>'),
      at(1),
      /group and config-store/,
    );
    refused(application('<flags ticketTimeout="yes" timeoutTickets="no"/>'), at(23), /there twice/);
    refused(application('<flags appTicketTimeout="0"/>'), at(23), /minutes/);
    refused(application('<field ordinal="1" label="a"/>'), at(23), /count from 0/);
    refused(application('<field label="a"/>'), at(23), /no ordinal/);
    refused(application('<field ordinal="0" label=""/>'), at(23), /no label/);
    refused(
      application('<field ordinal="0" label="a"/><field ordinal="1" label="A"/>'),
      at(53),
      /field A is there twice/,
    );
    refused(
      '<SSO><application name="A"/>\n<application name="a"/></SSO>',
      at(1),
      /application a is there twice/,
    );
    refused("<!DOCTYPE SSO>\n<SSO/>", { line: 1, column: 1 }, /DOCTYPE/);
  });

  it("refuses names that every object has like all others it does not know", () => {
    const place = { line: 1, column: 6 };
    refused("<SSO><constructor/></SSO>", place, /<constructor> is not known/);
    const inside = (xml: string) => `<SSO>\n<application name="A">\n${xml}</application></SSO>`;
    const there = { line: 3, column: 1 };
    refused(inside("<constructor/>"), there, /<constructor> is not known/);
    refused(inside('<flags constructor="yes"/>'), there, /flag constructor is not known/);
  });

  it("refuses hundreds of thousands of fields after one look at each", () => {
    const fields = "<field/>".repeat(500_000);
    const text = `<SSO><application name="A">${fields}</application></SSO>`;
    refused(text, { line: 1, column: 28 }, /more than 200 fields/);
  });

  it("refuses with a place, or reads, whatever is changed in a sample", () => {
    const change = fc.tuple(
      fc.constantFrom(...SAMPLES),
      fc.nat(700),
      fc.nat(30),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(change, ([name, at, length, inserted]) => {
        const text = textOf(name);
        try {
          parseApplications(text.slice(0, at) + inserted + text.slice(at + length));
        } catch (error) {
          assert.ok(error instanceof ImportProblem && error.place !== undefined, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
