import type { ApplicationView } from "@chatelaine/protocol";
import {
  createApplication,
  deleteApplication,
  disableApplication,
  enableApplication,
  updateApplication,
} from "../../domain/application/manage-applications.ts";
import { importApplications } from "../../domain/application/import-applications.ts";
import { listApplications, showApplication } from "../../domain/application/list-applications.ts";
import type { ApplicationOperations } from "../../http/node-operations.ts";
import type { GetOpenNode, OpenNode } from "../open-node.ts";
import { imported } from "./imported.ts";

export function applicationOperations(open: GetOpenNode): ApplicationOperations {
  return {
    list: async (caller, page) => listApplications(open(), caller, page),
    show: async (caller, application) => showApplication(open(), caller, application),
    create: async (caller, request, repeatable) =>
      createApplication(open(), caller, request, repeatable),
    update: async (caller, request) =>
      changed(open(), await updateApplication(open(), caller, request)),
    import: async (caller, request) =>
      imported(open(), await importApplications(open(), caller, request)),
    enable: async (caller, request) => {
      const view = changed(open(), await enableApplication(open(), caller, request));
      open().events.raise("application.enabled", { applicationId: view.applicationId });
      return view;
    },
    disable: async (caller, request) => {
      const view = changed(open(), await disableApplication(open(), caller, request));
      open().events.raise("application.disabled", { applicationId: view.applicationId });
      return view;
    },
    delete: async (caller, request) =>
      changed(open(), await deleteApplication(open(), caller, request)),
  };
}

/** What is kept of the application is not so any more. */
function changed(node: OpenNode, view: ApplicationView): ApplicationView {
  node.lookups.applicationChanged(view.applicationId);
  return view;
}
