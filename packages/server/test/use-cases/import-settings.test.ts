import assert from "node:assert/strict";
import { createCipheriv, hash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { ApplicationsImported, ConfigImported } from "@chatelaine/protocol";
import { importApplications } from "../../src/domain/application/import-applications.ts";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { showApplication } from "../../src/domain/application/list-applications.ts";
import { revealItem } from "../../src/domain/config-item/read-items.ts";
import { importItem, type ItemRequest } from "../../src/domain/item-import/import-item.ts";
import { coded } from "../support/coded.ts";
import { sample, samples } from "../support/samples.ts";
import {
  CALLER,
  makeSystem,
  secret,
  startTestNode,
  type TestNode,
} from "../support/test-system.ts";

const REFUSED = ["global-info.xml", "secret-server-only.xml", "user-mappings.xml"];
const UPDATE = "update-application.xml";

let node: TestNode;
let discard: () => void;

before(async () => {
  const system = await makeSystem();
  discard = () => system.place.discard();
  node = await startTestNode(system);
});
after(async () => {
  await node.stop();
  discard();
});

describe("importing applications", () => {
  type Options = Partial<Pick<Parameters<typeof importApplications>[2], "mode" | "dryRun">>;

  function take(xml: string | Uint8Array, options: Options = {}): Promise<ApplicationsImported> {
    const bytes = typeof xml === "string" ? Buffer.from(xml) : xml;
    const request = { file: "a.xml", bytes, repeatable: undefined, ...options };
    return importApplications(node, CALLER, request);
  }

  const FIELDS = `<field ordinal="0" label="User ID" masked="no" />
    <field ordinal="1" label="Password" masked="yes" />`;
  const document = (name: string, content: string): string =>
    `<SSO>\n  <application name="${name}">${content}</application>\n</SSO>`;

  for (const { name, bytes } of samples("enterprise-sso")) {
    if (!REFUSED.includes(name) && name !== UPDATE) {
      it(`takes ${name}, the same as its dry run says, and once`, async () => {
        const dry = await take(bytes, { dryRun: true });
        const real = await take(bytes);
        assert.deepEqual({ ...real, dryRun: true }, dry);
        assert.deepEqual(
          real.applications.map(({ outcome }) => outcome),
          ["created"],
        );
        const again = await take(bytes);
        assert.deepEqual(
          again.applications.map(({ outcome }) => outcome),
          ["unchanged"],
        );
      });
    }
  }

  for (const name of REFUSED) {
    it(`refuses ${name} by name and place`, async () => {
      const { bytes } = sample("enterprise-sso", name);
      await assert.rejects(take(bytes), (error: Error) => {
        assert.match(error.message, /^a\.xml:\d+:\d+: .*(globalInfo|mapping)/);
        return coded("import-not-supported")(error);
      });
    });
  }

  it("keeps what the samples say", async () => {
    const orders = await showApplication(node, CALLER, "Orders.Settings");
    assert.deepEqual(
      [orders.type, orders.enabled, orders.fields.map(({ name, masked }) => [name, masked])],
      [
        "config-store",
        true,
        [
          ["ConnectionString", true],
          ["TotalStages", false],
        ],
      ],
    );
    const shared = await showApplication(node, CALLER, "MainframeShared");
    assert.deepEqual(shared.applicationUsers, ["CORP\\PayrollClerks", "CORP\\AllStaff"]);
    const host = await showApplication(node, CALLER, "SSOApp_HostGroupApp1");
    assert.deepEqual(
      [host.type, host.windowsAccount],
      ["host-group", "DomainName\\WindowsUserAccount1"],
    );
    const legacy = await showApplication(node, CALLER, "TestApp");
    assert.equal(legacy.flags.hostInitiatedSso, true);
    assert.equal(legacy.flags.allowLocalAccounts, true);
  });

  it("updates what a file names, and tells what changes", async () => {
    await take(document("SSOApplication", FIELDS));
    const { bytes } = sample("enterprise-sso", UPDATE);
    const { applications } = await take(bytes, { mode: "update" });
    assert.deepEqual(applications[0]?.outcome, "changed");
    assert.deepEqual(applications[0].changes, [
      "description",
      "contact",
      "applicationUsers",
      "applicationAdministrators",
    ]);
  });

  it("refuses by name and place, and then takes nothing of the file", async () => {
    const both = (content: string): string =>
      `<SSO><application name="Fresh">${FIELDS}</application>\n${content}</SSO>`;
    const app = (name: string, content: string): string =>
      `<application name="${name}">${content}</application>`;
    const cases = [
      ["application-invalid", both(app("Empty", "")), {}],
      ["application-immutable", both(app("SAP", `<flags groupApp="yes" />`)), {}],
      ["application-immutable", both(app("SAP", `<flags adminAccountSame="yes" />`)), {}],
      ["application-exists", both(app("SAP", FIELDS)), { mode: "create" }],
      [
        "application-not-found",
        app("x", "").replace(/^.*$/, both(app("Nowhere", FIELDS))),
        { mode: "update" },
      ],
      ["import-invalid", both(app("FRESH", FIELDS)), {}],
    ] as const;
    for (const [code, xml, options] of cases) {
      await assert.rejects(take(xml, options), (error: Error) => {
        assert.match(error.message, /^a\.xml:\d+:\d+: .*(Empty|SAP|Nowhere|Fresh|FRESH)/);
        return coded(code)(error);
      });
      await assert.rejects(showApplication(node, CALLER, "Fresh"), coded("application-not-found"));
    }
  });

  it("passes over the flags that every file repeats, and says so", async () => {
    const flags = `<flags configStoreApp="yes" validateTickets="yes" timeoutTickets="yes" />`;
    const { applications } = await take(document("Repeats", FIELDS + flags));
    assert.deepEqual(applications[0]?.ignored, ["validateTickets", "timeoutTickets"]);
  });
});

describe("importing the settings of a file as an item", () => {
  const SETTINGS = `<settings>
    <property name="Server">db.example.com</property>
    <property name="Password">made up</property>
  </settings>`;

  async function take(
    options: Partial<Omit<ItemRequest, "password">> & { readonly password?: string } = {},
  ): Promise<ConfigImported> {
    using password = secret(options.password ?? "");
    const request = {
      file: "s.xml",
      application: "Settings",
      bytes: Buffer.from(SETTINGS),
      repeatable: undefined,
      ...options,
      password,
    };
    return await importItem(node, CALLER, request);
  }

  it("makes the config store with masked fields, and one item", async () => {
    const dry = await take({ dryRun: true, unmasked: ["server"] });
    const real = await take({ unmasked: ["server"] });
    assert.deepEqual({ ...real, dryRun: true }, dry);
    assert.deepEqual(
      [real.application.outcome, real.identifier, real.newFields.map(({ masked }) => masked)],
      ["created", "ConfigProperties", [false, true]],
    );
    const name = { application: "Settings", identifier: "ConfigProperties" };
    const { properties } = await revealItem(node, CALLER, name);
    assert.deepEqual(properties, { Server: "db.example.com", Password: "made up" });
    assert.deepEqual((await take()).outcome, "unchanged");
  });

  it("adds what is new, and masks nothing that was left open", async () => {
    const bytes = Buffer.from(
      SETTINGS.replace("db.", "other.").replace(
        "</settings>",
        `<property name="Port">1</property></settings>`,
      ),
    );
    const { outcome, newFields, settings } = await take({ bytes });
    assert.equal(outcome, "changed");
    assert.deepEqual(newFields, [{ name: "Port", type: "string", masked: true }]);
    assert.deepEqual(
      settings.map((one) => one.outcome),
      ["changed", "unchanged", "created"],
    );
    const { fields } = await showApplication(node, CALLER, "Settings");
    assert.deepEqual(
      fields.map(({ masked }) => masked),
      [false, true, true],
    );
  });

  it("opens a .sso export with its password, and with no other", async () => {
    const xml = `<SSOApplicationExport><applicationData><add key="Key" value="made up" /></applicationData></SSOApplicationExport>`;
    const bytes = Buffer.from(sealed(xml, "password of the export"));
    const exported = { application: "Exported", bytes };
    await assert.rejects(
      take({ ...exported, password: "another" }),
      coded("import-wrong-password"),
    );
    await assert.rejects(take(exported), coded("import-wrong-password"));
    const { settings } = await take({ ...exported, password: "password of the export" });
    assert.deepEqual(settings, [{ name: "Key", outcome: "created" }]);
  });

  it("refuses a value that its field does not take, with its place and without the value", async () => {
    await createApplication(node, CALLER, {
      name: "Typed",
      type: "config-store",
      enabled: true,
      fields: [{ name: "Count", type: "number" }],
    });
    const file = (value: string): Buffer =>
      Buffer.from(`<settings>\n<property name="count">${value}</property></settings>`);
    const { settings } = await take({ application: "Typed", bytes: file("7") });
    assert.deepEqual(settings, [{ name: "Count", outcome: "created" }]);
    await assert.rejects(take({ application: "Typed", bytes: file("many") }), (error: Error) => {
      assert.match(error.message, /^s\.xml:2:\d+: count must be a number$/);
      return coded("import-invalid")(error);
    });
  });

  it("refuses two settings of one name", async () => {
    const twice = SETTINGS.replace("Password", "server");
    await assert.rejects(take({ bytes: Buffer.from(twice) }), coded("import-invalid"));
  });
});

/** As the community's tools write it. */
function sealed(xml: string, password: string): string {
  const digest = hash("md5", Buffer.from(password), "buffer");
  const key = Buffer.concat([digest, digest.subarray(0, 8)]);
  const cipher = createCipheriv("des-ede3-ecb", key, null);
  return Buffer.concat([cipher.update(xml), cipher.final()]).toString("base64");
}
