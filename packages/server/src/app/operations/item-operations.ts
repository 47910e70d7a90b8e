import {
  batchGet,
  batchReveal,
  getItem,
  itemHistory,
  listItems,
  revealItem,
} from "../../domain/config-item/read-items.ts";
import { deleteItem, rollBackItem, setItem } from "../../domain/config-item/write-items.ts";
import { importItem } from "../../domain/item-import/import-item.ts";
import type { ItemOperations } from "../../http/node-operations.ts";
import type { GetOpenNode } from "../open-node.ts";
import { imported } from "./imported.ts";

export function itemOperations(open: GetOpenNode): ItemOperations {
  return {
    list: async (caller, application, page) => listItems(open(), caller, application, page),
    read: async (caller, name, mode) =>
      mode === "revealed" ? revealItem(open(), caller, name) : getItem(open(), caller, name),
    readMany: async (caller, application, identifiers, mode) =>
      mode === "revealed"
        ? batchReveal(open(), caller, application, identifiers)
        : batchGet(open(), caller, application, identifiers),
    set: async (caller, request) => setItem(open(), caller, request),
    import: async (caller, request) => imported(open(), await importItem(open(), caller, request)),
    delete: async (caller, request) => deleteItem(open(), caller, request),
    history: async (caller, name) => itemHistory(open(), caller, name),
    rollBack: async (caller, request) => rollBackItem(open(), caller, request),
  };
}
