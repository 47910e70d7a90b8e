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
import type { GetOpenNode } from "../open-node.ts";

export function applicationOperations(open: GetOpenNode): ApplicationOperations {
  return {
    list: async (caller, page) => listApplications(open(), caller, page),
    show: async (caller, application) => showApplication(open(), caller, application),
    create: async (caller, request, repeatable) =>
      createApplication(open(), caller, request, repeatable),
    update: async (caller, request) => updateApplication(open(), caller, request),
    import: async (caller, request) => importApplications(open(), caller, request),
    enable: async (caller, request) => enableApplication(open(), caller, request),
    disable: async (caller, request) => disableApplication(open(), caller, request),
    delete: async (caller, request) => deleteApplication(open(), caller, request),
  };
}
