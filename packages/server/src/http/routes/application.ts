import type { ChangeRequest } from "../../domain/application/manage-applications.ts";
import type { Precondition } from "../../domain/config-item/write-items.ts";
import type { Repeatable } from "../../domain/idempotency/once.ts";
import type { ApplicationOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";
import { pageOf } from "./page.ts";
import { bytesPart } from "./parts.ts";

export function applicationHandlers(
  applications: ApplicationOperations,
): HandlersOf<"application"> {
  return {
    "application.list": async ({ caller, query }) => ({
      json: await applications.list(caller, pageOf(query)),
    }),
    "application.show": async ({ caller, params }) => ({
      json: await applications.show(caller, params.application),
    }),
    "application.create": async ({ caller, json, repeatable }) => ({
      status: 201,
      json: await applications.create(caller, json, repeatable),
    }),
    "application.import": async ({ caller, json, parts, repeatable }) => ({
      json: await applications.import(caller, { ...json, bytes: bytesPart(parts, 0), repeatable }),
    }),
    "application.update": async (request) => ({
      json: await applications.update(request.caller, {
        ...changeOf(request),
        changes: request.json,
      }),
    }),
    "application.enable": async (request) => ({
      json: await applications.enable(request.caller, changeOf(request)),
    }),
    "application.disable": async (request) => ({
      json: await applications.disable(request.caller, changeOf(request)),
    }),
    "application.delete": async (request) => ({
      json: await applications.delete(request.caller, changeOf(request)),
    }),
  };
}

function changeOf(request: {
  readonly params: { readonly application: string };
  readonly precondition: Precondition;
  readonly repeatable: Repeatable | undefined;
}): ChangeRequest {
  const { params, precondition, repeatable } = request;
  return {
    application: params.application,
    ifMatch: precondition.kind === "revision" ? precondition.revision : undefined,
    repeatable,
  };
}
