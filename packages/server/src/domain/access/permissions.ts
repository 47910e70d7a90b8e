import type { Permission } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import { unreachable } from "../../base/invariant.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { Caller, TokenCaller } from "./caller.ts";

const READER: readonly Permission[] = [
  "anyone",
  "application.read",
  "config.read",
  "config.reveal",
];

/** Whether this kind of caller has the permission at all. */
export function mayDo(caller: Caller, permission: Permission): boolean {
  switch (caller.kind) {
    case "local-administrator":
    case "node":
      return true;
    case "admin-token":
      return (
        permission !== "local-administrator" && (permission !== "config.reveal" || caller.mayReveal)
      );
    case "reader-token":
      return READER.includes(permission);
    case "nobody":
      return permission === "anyone";
    default:
      return unreachable(caller);
  }
}

/** Throws `authentication-required`, `local-socket-required` or `permission-denied`. */
export function assertMayDo(caller: Caller, permission: Permission): void {
  if (mayDo(caller, permission)) {
    return;
  }
  if (permission === "local-administrator") {
    throw new CodedError("local-socket-required", {
      detail: "run the command on the node's machine, as the user the node runs as",
    });
  }
  if (caller.kind === "nobody") {
    throw new CodedError("authentication-required", {
      detail:
        "send an API token: `Authorization: Bearer chat_…`; `chatelaine token create` makes one",
    });
  }
  throw new CodedError("permission-denied", {
    detail: `the token does not have the permission ${permission}`,
  });
}

/** The only applications there are for this caller; undefined: all. */
export function visibleApplications(caller: Caller): readonly ApplicationId[] | undefined {
  return isReader(caller) ? caller.applications : undefined;
}

/** What a caller may not see is not found, rather than forbidden. */
export function maySee(caller: Caller, applicationId: ApplicationId): boolean {
  return visibleApplications(caller)?.includes(applicationId) ?? true;
}

function isReader(caller: Caller): caller is TokenCaller {
  return caller.kind === "reader-token";
}
