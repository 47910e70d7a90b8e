import { createToken, listTokens, revokeToken } from "../../domain/token/manage-tokens.ts";
import type { TokenOperations } from "../../http/node-operations.ts";
import type { GetOpenNode } from "../open-node.ts";

export function tokenOperations(open: GetOpenNode): TokenOperations {
  return {
    create: async (caller, request, repeatable) => {
      const { view, token } = await createToken(open(), caller, request, repeatable);
      using shown = token;
      return shown === undefined
        ? view
        : { ...view, token: shown.use((bytes) => new TextDecoder().decode(bytes)) };
    },
    list: async () => ({ items: await listTokens(open()) }),
    revoke: async (caller, tokenId, repeatable) => {
      const node = open();
      const view = await revokeToken(node, caller, tokenId, repeatable);
      node.lookups.tokenRevoked(view.tokenId);
      return view;
    },
  };
}
