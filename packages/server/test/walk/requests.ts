import {
  encodeParts,
  PARTS_MEDIA_TYPE,
  ROUTES,
  type ApplicationView,
  type ItemPageView,
  type RouteId,
  type TokenCreated,
} from "@chatelaine/protocol";
import { bindingFile } from "../support/binding-files.ts";
import type { ComposedNode } from "../support/composed-node.ts";
import { withJson, type Ask } from "../support/http-client.ts";
import { BINDINGS } from "./furniture.ts";

/** Makes, for an application (by id or name), a request that would succeed if it were allowed. */
export type MakeRequest = (application: string) => Promise<Ask>;

const BINDING_FILE = bindingFile("Walked", [{ port: "Port", password: "made up" }]);
const APPLICATION_FILE = Buffer.from(
  `<SSO><application name="Walked"><field ordinal="0" label="User ID" masked="no" />
  <field ordinal="1" label="Password" masked="yes" /></application></SSO>`,
);
const SETTINGS_FILE = Buffer.from(`<settings><property name="a">b</property></settings>`);
const GARBAGE = new Uint8Array([1, 2, 3]);
/** What a request is answered with if it was let through to something that cannot be done here. */
export const LET_THROUGH: Partial<Record<RouteId, string>> = {
  "node.invite": "node-not-advertised",
  "node.promote": "node-not-found",
  "node.revoke": "node-not-found",
  "master.designate": "node-not-found",
  "master.move": "node-not-found",
  "master.step-down": "node-not-ready",
  "system.accept-database": "database-not-behind",
  "secret.backup.verify": "backup-not-a-backup",
  "secret.restore": "backup-not-a-backup",
};

/** One request for each route; what it uses up, the local administrator makes anew each time. */
export class Requests {
  readonly #node: ComposedNode;
  #count = 0;

  constructor(node: ComposedNode) {
    this.#node = node;
  }

  of(id: RouteId): MakeRequest {
    const made = this.#special()[id];
    return made ?? (async (application) => ask(id, { application, identifier: "item" }));
  }

  #special(): Partial<Record<RouteId, MakeRequest>> {
    const json = async (id: RouteId, application: string, body: unknown): Promise<Ask> =>
      withJson(ask(id, { application, identifier: "item" }), body);
    const passphrase = Buffer.from("correct horse battery staple");
    return {
      "node.show": async () => ask("node.show", { nodeId: "first" }),
      "node.invite": async () => withJson(ask("node.invite"), { role: "member" }),
      "node.promote": async () => withJson(ask("node.promote", { nodeId: "nobody" }), {}),
      "node.revoke": async () => ask("node.revoke", { nodeId: "nobody" }),
      "master.designate": async () => withJson(ask("master.designate"), { node: "nobody" }),
      "master.step-down": async () => withJson(ask("master.step-down"), {}),
      "master.move": async () => withJson(ask("master.move"), { node: "nobody" }),
      "system.accept-database": async () => withJson(ask("system.accept-database"), {}),
      "secret.backup": async () => parts("secret.backup", { path: "/b.age" }, passphrase),
      "secret.backup.verify": async () =>
        parts("secret.backup.verify", { path: "/b.age" }, passphrase, GARBAGE),
      "secret.restore": async () => parts("secret.restore", {}, passphrase, GARBAGE),
      "application.create": async () =>
        withJson(ask("application.create"), { name: this.#newName(), type: "config-store" }),
      "application.update": async (application) =>
        json("application.update", application, { contact: this.#newName() }),
      "application.disable": async () =>
        ask("application.disable", { application: await this.#newApplication() }),
      "application.delete": async () =>
        ask("application.delete", { application: await this.#newApplication() }),
      "bindings.import": async () => importRequest({ name: "Walked", file: "walked.xml" }),
      "bindings.progress": async () => ask("bindings.progress", { progressId: "1" }),
      "bindings.export": async () => ask("bindings.export", { name: BINDINGS }),
      "bindings.reveal": async () => ask("bindings.reveal", { name: BINDINGS }),
      "bindings.delete": async () => ask("bindings.delete", { name: await this.#newBindings() }),
      "application.import": async () =>
        parts("application.import", { file: "walked.xml" }, APPLICATION_FILE),
      "config.import": async () => {
        const names = { file: "walked.xml", application: "Imported" };
        return parts("config.import", names, new Uint8Array(), SETTINGS_FILE);
      },
      "config.set": async (application) =>
        json("config.set", application, { properties: { host: this.#newName() } }),
      "config.delete": async (application) => this.#deletion(application),
      "config.batch-get": async (application) =>
        json("config.batch-get", application, { identifiers: ["item", "none"] }),
      "config.batch-reveal": async (application) =>
        json("config.batch-reveal", application, { identifiers: ["item", "none"] }),
      "config.roll-back": async (application) =>
        json("config.roll-back", application, { revision: await this.#formerRevision() }),
      "token.create": async () =>
        withJson(ask("token.create"), { name: this.#newName(), kind: "admin" }),
      "token.revoke": async () => ask("token.revoke", { tokenId: await this.#newToken() }),
    };
  }

  async #deletion(application: string): Promise<Ask> {
    const identifier = this.#newName();
    const set = ask("config.set", { application: "Own", identifier });
    await this.#asAdministrator(withJson(set, { properties: { host: "h" } }));
    return ask("config.delete", { application, identifier });
  }

  async #newApplication(): Promise<string> {
    const create = withJson(ask("application.create"), {
      name: this.#newName(),
      type: "config-store",
    });
    const { applicationId } = await this.#asAdministrator<ApplicationView>(create);
    return applicationId;
  }

  async #newBindings(): Promise<string> {
    const name = this.#newName();
    await this.#asAdministrator(importRequest({ name, file: "walked.xml" }));
    return name;
  }

  async #newToken(): Promise<string> {
    const create = withJson(ask("token.create"), { name: this.#newName(), kind: "admin" });
    return (await this.#asAdministrator<TokenCreated>(create)).tokenId;
  }

  async #formerRevision(): Promise<string> {
    const history = ask("config.history", { application: "Own", identifier: "item" });
    const { items } = await this.#asAdministrator<ItemPageView>(history);
    return items[0]?.revision ?? "none";
  }

  async #asAdministrator<T>(request: Ask): Promise<T> {
    const { text } = await this.#node.send(this.#node.socket, request);
    return JSON.parse(text) as T;
  }

  #newName(): string {
    this.#count += 1;
    return `new ${this.#count}`;
  }
}

function parts(id: RouteId, body: unknown, ...rest: readonly Uint8Array[]): Ask {
  return {
    ...ask(id),
    headers: { "content-type": PARTS_MEDIA_TYPE },
    body: encodeParts([Buffer.from(JSON.stringify(body)), ...rest]),
  };
}

function importRequest(json: { readonly name: string; readonly file: string }): Ask {
  return parts("bindings.import", json, BINDING_FILE);
}

/** The route's request with these path parameters. */
export function ask(id: RouteId, params: Readonly<Record<string, string>> = {}): Ask {
  const { method, path } = ROUTES[id];
  const filled = path.replace(/:([A-Za-z]+)/g, (_all, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  return { method, path: filled };
}
