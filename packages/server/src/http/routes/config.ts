import type { ItemOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";
import { pageOf } from "./page.ts";
import { bytesPart, secretPart } from "./parts.ts";

export function configHandlers(items: ItemOperations): HandlersOf<"config"> {
  return {
    "config.list": async ({ caller, params, query }) => ({
      json: await items.list(caller, params.application, {
        ...pageOf(query),
        prefix: query.prefix ?? "",
      }),
    }),
    "config.get": async ({ caller, params }) => ({
      json: await items.read(caller, params, "masked"),
    }),
    "config.reveal": async ({ caller, params }) => ({
      json: await items.read(caller, params, "revealed"),
    }),
    "config.batch-get": async ({ caller, params, json }) => ({
      json: await items.readMany(caller, params.application, json.identifiers, "masked"),
    }),
    "config.batch-reveal": async ({ caller, params, json }) => ({
      json: await items.readMany(caller, params.application, json.identifiers, "revealed"),
    }),
    "config.set": async ({ caller, params, json, precondition, repeatable }) => ({
      json: await items.set(caller, {
        ...params,
        precondition,
        repeatable,
        changes: json.properties,
      }),
    }),
    "config.import": async ({ caller, json, parts, repeatable }) => {
      using password = secretPart(parts, 0);
      const bytes = bytesPart(parts, 1);
      return { json: await items.import(caller, { ...json, password, bytes, repeatable }) };
    },
    "config.delete": async ({ caller, params, precondition, repeatable }) => ({
      json: await items.delete(caller, { ...params, precondition, repeatable }),
    }),
    "config.history": async ({ caller, params }) => ({
      json: await items.history(caller, params),
    }),
    "config.roll-back": async ({ caller, params, json, precondition, repeatable }) => ({
      json: await items.rollBack(caller, {
        ...params,
        precondition,
        repeatable,
        revision: json.revision,
      }),
    }),
  };
}
