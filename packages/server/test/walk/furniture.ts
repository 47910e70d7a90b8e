import type { ApplicationView, TokenCreate } from "@chatelaine/protocol";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { importBindings } from "../../src/domain/bindings/import-bindings.ts";
import { setItem } from "../../src/domain/config-item/write-items.ts";
import { createToken, revokeToken } from "../../src/domain/token/manage-tokens.ts";
import { plusMs } from "../../src/platform/clock.ts";
import { bindingFile } from "../support/binding-files.ts";
import { CALLER, type TestNode } from "../support/test-system.ts";

/** A binding file of which all belongs to the application `Own/FTP`. */
export const BINDINGS = "Own bindings";

const YEAR_MS = 366 * 86_400_000;

/** What the system holds before the walk begins. */
export interface Furniture {
  readonly own: ApplicationView;
  readonly other: ApplicationView;
  readonly tokens: {
    readonly expired: string;
    readonly revoked: string;
    readonly reader: string;
    readonly otherReader: string;
    readonly admin: string;
    readonly revealer: string;
  };
}

const BINDING_FILE = bindingFile("Own", [{ port: "Port", password: "first of a port" }]);

/** Two config stores with an item each, and a token of every kind. */
export async function furnish(node: TestNode): Promise<Furniture> {
  const own = await configStore(node, "Own");
  const other = await configStore(node, "Other");
  await importBindings(
    node,
    CALLER,
    { name: BINDINGS, file: "own.xml", bytes: BINDING_FILE, repeatable: undefined },
    { step: () => Promise.resolve() },
  );
  const reader = (...applications: readonly string[]): TokenCreate => ({
    name: "reader",
    kind: "reader",
    applications,
  });
  const admin: TokenCreate = { name: "admin", kind: "admin" };
  // Its stamp is good and its secret is right: only its time is over.
  const aYearAgo = { ...node.clock, wallTime: () => plusMs(node.clock.wallTime(), -YEAR_MS) };
  const revoked = await tokenOf(node, admin);
  await revokeToken(node, CALLER, revoked.tokenId);
  const textOf = async (request: TokenCreate): Promise<string> =>
    (await tokenOf(node, request)).text;
  return {
    own,
    other,
    tokens: {
      expired: (await tokenOf({ ...node, clock: aYearAgo }, admin)).text,
      revoked: revoked.text,
      reader: await textOf(reader("Own", "Own/FTP")),
      otherReader: await textOf(reader("Other")),
      admin: await textOf(admin),
      revealer: await textOf({ ...admin, mayReveal: true }),
    },
  };
}

async function configStore(node: TestNode, name: string): Promise<ApplicationView> {
  const application = await createApplication(node, CALLER, {
    name,
    type: "config-store",
    enabled: true,
    fields: [{ name: "host" }, { name: "password", masked: true }],
  });
  for (const password of ["first", "second"]) {
    await setItem(node, CALLER, {
      application: application.applicationId,
      identifier: "item",
      precondition: { kind: "none" },
      changes: { host: "h", password: `${password} of ${name}` },
    });
  }
  return application;
}

async function tokenOf(
  node: TestNode,
  request: TokenCreate,
): Promise<{ readonly tokenId: string; readonly text: string }> {
  const { view, token } = await createToken(node, CALLER, request);
  const text = token?.use((bytes) => new TextDecoder().decode(bytes)) ?? "";
  return { tokenId: view.tokenId, text };
}
