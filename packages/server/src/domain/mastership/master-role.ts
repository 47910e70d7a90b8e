/** The right to change what belongs to the master secret server, as long as this node is it. */
export interface MasterRole<Stores> {
  /** Throws `not-master-secret-server` if this node is not it, `epoch-fenced` if it no longer is. */
  fenced<T>(act: string, run: (stores: Stores) => Promise<T>): Promise<T>;
}
