/** The network between one client and the database server, in each direction. */
export interface DatabasePath {
  /** How long one message takes now, in ms. */
  delayMs(): number;
  /** Whether messages get through now; those that do not are sent again. */
  isOpen(direction: "to-server" | "to-client"): boolean;
  /** Whether the connection breaks at this message, which is lost with it. */
  breaks(direction: "to-server" | "to-client"): boolean;
  /** The server begins with this statement. */
  began?(text: string): void;
}

export const STEADY_PATH: DatabasePath = {
  delayMs: () => 0.1,
  isOpen: () => true,
  breaks: () => false,
};
