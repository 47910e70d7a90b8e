import { deleteBindings } from "../../domain/bindings/delete-bindings.ts";
import { exportBindings, revealBindings } from "../../domain/bindings/export-bindings.ts";
import { importBindings } from "../../domain/bindings/import-bindings.ts";
import { listBindings } from "../../domain/bindings/list-bindings.ts";
import type { BindingsOperations } from "../../http/node-operations.ts";
import { endOfTurn } from "../../platform/scheduler.ts";
import type { GetOpenNode } from "../open-node.ts";
import { imported } from "./imported.ts";

export function bindingsOperations(open: GetOpenNode): BindingsOperations {
  return {
    import: async (caller, request) =>
      open().importDesk.run(caller, request.progressId, async (steps) =>
        imported(open(), await importBindings(open(), caller, request, steps)),
      ),
    progress: (caller, progressId) => open().importDesk.progress(caller, progressId),
    list: async (caller, page) => listBindings(open(), caller, page),
    export: async (caller, name, mode) => {
      const deps = { ...open(), breathe: endOfTurn };
      return mode === "revealed"
        ? revealBindings(deps, caller, name)
        : exportBindings(deps, caller, name);
    },
    delete: async (caller, request) => deleteBindings(open(), caller, request),
  };
}
