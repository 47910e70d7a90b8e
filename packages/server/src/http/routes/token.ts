import type { TokenOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";

export function tokenHandlers(tokens: TokenOperations): HandlersOf<"token"> {
  return {
    "token.create": async ({ caller, json, repeatable }) => ({
      status: 201,
      json: await tokens.create(caller, json, repeatable),
    }),
    "token.list": async () => ({ json: await tokens.list() }),
    "token.revoke": async ({ caller, params, repeatable }) => ({
      json: await tokens.revoke(caller, params.tokenId, repeatable),
    }),
  };
}
