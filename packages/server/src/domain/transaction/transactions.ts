/**
 * How a use case reaches its stores: a transaction gives them, so that none can be used outside
 * of it. `Stores` is what the use case needs, and nothing more. `SsoDatabase` says what each
 * promises.
 */
export interface Reads<Stores> {
  read<T>(run: (stores: Stores) => Promise<T>): Promise<T>;
}

export interface Writes<Stores> {
  write<T>(run: (stores: Stores) => Promise<T>): Promise<T>;
}
