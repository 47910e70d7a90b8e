import type { ApplicationId } from "../application-id/application-id.ts";

/** Who asks, as rules and audit need it. */
export type Caller = LocalAdministrator | TokenCaller | Nobody | NodeItself;

interface Origin {
  /** As the audit names it. */
  readonly name: string;
  /** `socket`, `process`, or a network address. */
  readonly source: string;
  readonly requestId: string;
}

/** Whoever may open the Unix socket in the state directory. */
export interface LocalAdministrator extends Origin {
  readonly kind: "local-administrator";
}

export interface TokenCaller extends Origin {
  readonly kind: "admin-token" | "reader-token";
  readonly mayReveal: boolean;
  /** Of a reader: the only applications there are for it. */
  readonly applications: readonly ApplicationId[];
}

/** A request without a token, or with one that is none. */
export interface Nobody extends Origin {
  readonly kind: "nobody";
}

/** The node in its own loops. */
export interface NodeItself extends Origin {
  readonly kind: "node";
}

export const NODE_ITSELF: NodeItself = {
  kind: "node",
  name: "node",
  source: "process",
  requestId: "",
};

export function localAdministrator(source: string, requestId: string): LocalAdministrator {
  return { kind: "local-administrator", name: "local-administrator", source, requestId };
}
