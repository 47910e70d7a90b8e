import type { Warrant } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import type { IssuedCertificate, PeerHandlers } from "./peer-acts.ts";
import type { SsoService } from "./sso-service.ts";

/** What answers the acts that are not about the cached secret. */
export interface OtherActs {
  status(): Promise<NodeStatus>;
  /** A certificate for the TLS key of the warrant. Throws `not-master-secret-server`. */
  certificate(warrant: Warrant): Promise<IssuedCertificate>;
  /** Drops the lookups that are kept; how many rows that were. */
  purge(): number;
  readonly admit: PeerHandlers["admit"];
}

/** What a node answers other nodes. */
export function makePeerHandlers(service: SsoService, others: OtherActs): PeerHandlers {
  return {
    confirm: ({ nodeId }, { process }) => Promise.resolve(service.confirm(nodeId, process)),
    keyring: (caller) => service.issueKeyring(caller),
    certificate: (caller) => others.certificate(caller),
    status: () => others.status(),
    purge: () => Promise.resolve({ rows: BigInt(others.purge()) }),
    admit: others.admit,
    watch: (_caller, send) => service.watch(send),
  };
}
