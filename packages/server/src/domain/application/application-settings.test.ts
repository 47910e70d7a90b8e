import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FIELDS_MAX, type ApplicationUpdate } from "@chatelaine/protocol";
import { isCoded } from "../../base/coded-error.ts";
import type { ApplicationType } from "./application.ts";
import {
  changedSettings,
  findField,
  newSettings,
  parseSettings,
  renderFields,
  renderSettings,
  type ApplicationSettings,
  type Field,
} from "./application-settings.ts";

type FieldChange = NonNullable<ApplicationUpdate["fields"]>[number];

function made(type: ApplicationType, request: object = {}): ApplicationSettings {
  return newSettings({ name: "orders", type, ...request });
}

function withFields(...fields: FieldChange[]): ApplicationSettings {
  return made("config-store", { fields });
}

function changed(settings: ApplicationSettings, ...fields: FieldChange[]): readonly Field[] {
  return changedSettings("config-store", settings, { fields }).fields;
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    return isCoded(error) ? error.code : "broken";
  }
}

const someName = fc.constantFrom("a", "A", "b", "c", "ß", "SS", "d");
const someType = fc.constantFrom("string", "number", "boolean", "json", "xml");
const someChange: fc.Arbitrary<FieldChange> = fc.record(
  {
    name: someName,
    formerName: someName,
    type: someType,
    masked: fc.boolean(),
    synchronized: fc.constant(false),
  },
  { requiredKeys: ["name"] },
);

describe("the settings of an application", () => {
  it("come back from their text as they were", () => {
    const settings = [
      withFields({ name: "a", type: "xml", masked: true }, { name: "b" }),
      made("host-group", { windowsAccount: "CORP\\svc", contact: "é" }),
      made("individual", { ticketTimeoutMinutes: 5, flags: { allowTickets: true } }),
    ];
    for (const one of settings) {
      assert.deepEqual(parseSettings(renderSettings(one)), one);
    }
  });

  it("ask a host group for the one account it stands for, and no other type", () => {
    assert.equal(
      codeOf(() => made("host-group")),
      "application-invalid",
    );
    const withAccount = { windowsAccount: "CORP\\svc" };
    assert.equal(
      codeOf(() => made("host-group", withAccount)),
      "done",
    );
    for (const type of ["individual", "group", "config-store"] as const) {
      assert.equal(
        codeOf(() => made(type, withAccount)),
        "application-invalid",
      );
    }
  });

  it("have a ticket timeout only where there are tickets", () => {
    const ticketTimeoutMinutes = 5;
    const host = { ticketTimeoutMinutes, windowsAccount: "CORP\\svc" };
    assert.equal(
      codeOf(() => made("individual", { ticketTimeoutMinutes })),
      "done",
    );
    assert.equal(
      codeOf(() => made("group", { ticketTimeoutMinutes })),
      "done",
    );
    assert.equal(
      codeOf(() => made("host-group", host)),
      "application-invalid",
    );
    assert.equal(
      codeOf(() => made("config-store", { ticketTimeoutMinutes })),
      "application-invalid",
    );
  });

  it("synchronize one password at most, and none in a config store", () => {
    const one = { name: "a", synchronized: true };
    const two = { name: "b", synchronized: true };
    assert.equal(
      codeOf(() => made("individual", { fields: [one] })),
      "done",
    );
    assert.equal(
      codeOf(() => made("individual", { fields: [one, two] })),
      "application-invalid",
    );
    assert.equal(
      codeOf(() => withFields(one)),
      "application-invalid",
    );
  });

  it("do not begin with direct password synchronization", () => {
    const flags = { directPasswordSync: true };
    assert.equal(
      codeOf(() => made("individual", { flags })),
      "application-invalid",
    );
    const settings = made("individual");
    assert.equal(
      codeOf(() => changedSettings("individual", settings, { flags })),
      "done",
    );
  });

  it("do not change what decides whose credentials are given out", () => {
    for (const flag of ["adminAccountSame", "windowsCreds"] as const) {
      const settings = made("individual");
      const change = (value: boolean) => () =>
        changedSettings("individual", settings, { flags: { [flag]: value } });
      assert.equal(codeOf(change(true)), "application-immutable", flag);
      assert.equal(codeOf(change(false)), "done", flag);
    }
    const group = made("group");
    const restricted = { flags: { restrictedCreds: true } };
    assert.equal(
      codeOf(() => changedSettings("group", group, restricted)),
      "application-immutable",
    );
  });

  it("keep what a change does not name", () => {
    const before = made("individual", {
      description: "d",
      contact: "c",
      applicationUsers: ["u"],
      applicationAdministrators: ["a"],
      ticketTimeoutMinutes: 5,
      flags: { allowTickets: true },
      fields: [{ name: "user" }],
    });
    assert.deepEqual(changedSettings("individual", before, { contact: "x" }), {
      ...before,
      contact: "x",
    });
  });
});

describe("the fields of an application", () => {
  it("are texts that are not masked unless said otherwise", () => {
    assert.deepEqual(withFields({ name: "a" }).fields, [
      { id: 1, name: "a", type: "string", masked: false, synchronized: false },
    ]);
  });

  it("once masked stay masked, also under another name", () => {
    const settings = withFields({ name: "a", masked: true });
    const unmask = { name: "b", formerName: "a", masked: false };
    assert.equal(
      codeOf(() => changed(settings, unmask)),
      "application-immutable",
    );
    const renamed = changed(settings, { name: "b", formerName: "a" });
    assert.deepEqual(
      renamed.map(({ id, name, masked }) => [id, name, masked]),
      [[1, "b", true]],
    );
  });

  it("can be masked later, and keep their type", () => {
    const settings = withFields({ name: "a", type: "number" });
    assert.equal(changed(settings, { name: "a", masked: true })[0]?.masked, true);
    assert.equal(
      codeOf(() => changed(settings, { name: "a", type: "string" })),
      "application-immutable",
    );
  });

  it("are renamed only if they are there, and to no name that is taken", () => {
    const settings = withFields({ name: "a" }, { name: "b" });
    const unknown = { name: "c", formerName: "z" };
    const taken = { name: "B", formerName: "a" };
    assert.equal(
      codeOf(() => changed(settings, unknown)),
      "application-invalid",
    );
    assert.equal(
      codeOf(() => changed(settings, taken)),
      "application-invalid",
    );
  });

  it("are no more than there may be", () => {
    const names = Array.from({ length: FIELDS_MAX + 1 }, (_, index) => ({ name: `f${index}` }));
    assert.equal(
      codeOf(() => withFields(...names.slice(1))),
      "done",
    );
    assert.equal(
      codeOf(() => withFields(...names)),
      "application-invalid",
    );
  });

  it("are found by their name in any case", () => {
    const { fields } = withFields({ name: "Straße" });
    assert.equal(findField(fields, "STRASSE")?.id ?? findField(fields, "straße")?.id, 1);
    assert.equal(findField(fields, "other"), undefined);
  });

  it("are shown without their ids", () => {
    assert.deepEqual(renderFields(withFields({ name: "a" }).fields), [
      { name: "a", type: "string", masked: false, synchronized: false },
    ]);
  });

  it("through any changes keep id, type and mask, are never lost and never two of a name", () => {
    fc.assert(
      fc.property(fc.array(fc.array(someChange, { maxLength: 4 }), { maxLength: 8 }), (steps) => {
        let settings = withFields({ name: "a", masked: true });
        for (const fields of steps) {
          const before = settings.fields;
          if (
            codeOf(() => (settings = changedSettings("config-store", settings, { fields }))) !==
            "done"
          ) {
            assert.equal(settings.fields, before, "a refused change changes nothing");
            continue;
          }
          assertKept(before, settings.fields);
        }
      }),
    );
  });
});

function assertKept(before: readonly Field[], after: readonly Field[]): void {
  for (const former of before) {
    const now = after.find(({ id }) => id === former.id);
    assert.ok(now, "no field is lost");
    assert.equal(now.type, former.type);
    assert.ok(now.masked || !former.masked, "no field is unmasked");
  }
  assert.equal(new Set(after.map(({ id }) => id)).size, after.length);
  assert.ok(after.every(({ name }) => after.filter((one) => findField([one], name)).length === 1));
}
