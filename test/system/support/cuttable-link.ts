import { NamespaceLink } from "./namespace-link.ts";
import { ProxyLink } from "./proxy-link.ts";

/** What a node can be cut off from. */
export type FarSide = "database" | "nodes";

export const EVERYONE: readonly FarSide[] = ["database", "nodes"];

/** Where one node runs, so that it can be cut off from all the others and from PostgreSQL. */
export interface CuttableLink {
  /** For the test's output. */
  readonly kind: "network namespace" | "TCP proxies";
  /** A command that becomes the node's process. */
  readonly under: readonly string[];
  /** `HOST:PORT` where the node listens for others, and where they find it. */
  readonly listen: string;
  readonly advertise: string;
  /** The address at which the others are found from there. */
  readonly othersHost: string;
  /** The URL of a database, as the node reaches it. */
  databaseUrl(url: string): Promise<string>;
  /** From now on nothing comes through, and nobody is told, as when a cable is pulled. */
  cut(from?: readonly FarSide[]): void;
  /** The others find that nobody listens at the node's address; the node lives and does not know. */
  refuse(): Promise<void>;
  /** Ends all that. */
  mend(): Promise<void>;
  discard(): void;
}

/** A network namespace where this process may make one, else proxies. */
export async function cuttableLink(): Promise<CuttableLink> {
  return NamespaceLink.make() ?? (await ProxyLink.make());
}
