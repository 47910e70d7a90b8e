import type { MasterOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";

export function masterHandlers(master: MasterOperations): HandlersOf<"master"> {
  return {
    "master.show": async () => ({ json: await master.show() }),
    "master.designate": async ({ caller, json }) => ({
      json: await master.designate(caller, json.node),
    }),
    "master.designate-nobody": async ({ caller }) => ({
      json: await master.designateNobody(caller),
    }),
    "master.step-down": async ({ caller }) => ({ json: await master.stepDown(caller) }),
    "master.move": async ({ caller, json }) => ({ json: await master.move(caller, json.node) }),
  };
}
