import type { Warrant } from "@chatelaine/crypto";
import type { CachedSecret } from "../domain/keyring/cached-secret.ts";
import type { OwnKeyring } from "./node-view.ts";

/** Who is designated, as far as that explains what is waited for. */
export type DesignationSeen =
  | { readonly kind: "none" }
  /** This node, which cannot have the role before a restore. */
  | { readonly kind: "own" }
  | { readonly kind: "other"; readonly name: string };

const BACKUP = "run `chatelaine secret restore FILE` with a backup";

/** What a candidate without a keyring waits for; the master secret server can give it too. */
const KEYRINGS = {
  none: "the master secret",
  opened: "the master secret",
  missing: `a keyring: ${BACKUP}`,
  "not-opened": `a keyring that this node's key opens: ${BACKUP}`,
  mismatch: `the keyring of the charter: ${BACKUP}`,
} as const satisfies Record<OwnKeyring, string>;

/** What a node says it waits for; undefined if for nothing. */
export function waitingFor(node: {
  readonly secret: CachedSecret;
  readonly own: OwnKeyring;
  readonly master: Warrant | undefined;
  readonly designation: DesignationSeen;
}): string | undefined {
  const { secret, own, master, designation } = node;
  if (designation.kind === "own" && secret.kind !== "revoked") {
    return `the master secret, because this node is designated: ${BACKUP}`;
  }
  switch (secret.kind) {
    case "revoked":
      return "nothing any more: the charter revokes this node, and its state directory is of no use";
    case "empty":
      return own === "none" ? `the master secret from ${renderMaster(master)}` : KEYRINGS[own];
    case "confirmed":
      return undefined;
    case "degraded":
      return secret.behind === undefined
        ? `${renderMaster(master)}${renderDesignation(designation)}`
        : `a database that is not older than what this node has seen: ${secret.behind}`;
  }
}

function renderMaster(master: Warrant | undefined): string {
  return master === undefined
    ? "a master secret server"
    : `a master secret server; the last known is ${master.name}, ${master.addresses.join(", ")}`;
}

function renderDesignation(designation: DesignationSeen): string {
  return designation.kind === "other"
    ? `; only ${designation.name} may be it: if it is lost, run \`chatelaine master designate NODE\``
    : "";
}
