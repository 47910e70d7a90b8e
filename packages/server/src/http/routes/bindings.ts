import type { BindingsOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";
import { pageOf } from "./page.ts";
import { bytesPart } from "./parts.ts";

export function bindingsHandlers(bindings: BindingsOperations): HandlersOf<"bindings"> {
  return {
    "bindings.import": async ({ caller, json, parts, repeatable }) => ({
      json: await bindings.import(caller, { ...json, bytes: bytesPart(parts, 0), repeatable }),
    }),
    "bindings.progress": async ({ caller, params }) => ({
      json: bindings.progress(caller, params.progressId),
    }),
    "bindings.list": async ({ caller, query }) => ({
      json: await bindings.list(caller, pageOf(query)),
    }),
    "bindings.export": async ({ caller, params }) => {
      const { view, file } = await bindings.export(caller, params.name, "masked");
      return { json: view, parts: [file] };
    },
    "bindings.reveal": async ({ caller, params }) => {
      const { view, file } = await bindings.export(caller, params.name, "revealed");
      return { json: view, parts: [file] };
    },
    "bindings.delete": async ({ caller, params, precondition, repeatable }) => ({
      json: await bindings.delete(caller, {
        name: params.name,
        ifMatch: precondition.kind === "revision" ? precondition.revision : undefined,
        repeatable,
      }),
    }),
  };
}
