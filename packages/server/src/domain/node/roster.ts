import { toBase64, type NodeId, type Warrant } from "@chatelaine/crypto";

/**
 * The nodes of the system as this node believes them: authentic warrants that the charter does not
 * revoke, as last read. Kept in memory, so that nodes know each other while the database is away.
 */
export class Roster {
  #warrants: readonly Warrant[] = [];
  #byNodeId: ReadonlyMap<NodeId, Warrant> = new Map();
  #byTlsKey: ReadonlyMap<string, Warrant> = new Map();

  /** The live nodes, in no order. */
  get warrants(): readonly Warrant[] {
    return this.#warrants;
  }

  replace(warrants: readonly Warrant[]): void {
    this.#warrants = warrants;
    this.#byNodeId = new Map(warrants.map((warrant) => [warrant.nodeId, warrant]));
    this.#byTlsKey = new Map(warrants.map((warrant) => [toBase64(warrant.tlsKey), warrant]));
  }

  find(nodeId: NodeId): Warrant | undefined {
    return this.#byNodeId.get(nodeId);
  }

  /** Whose TLS key this is: SubjectPublicKeyInfo, the same in every byte. */
  ofTlsKey(tlsKey: Uint8Array): Warrant | undefined {
    return this.#byTlsKey.get(toBase64(tlsKey));
  }
}
