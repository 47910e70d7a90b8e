import { fetchTransport } from "@chatelaine/sdk";
import type { Transports } from "./command-context.ts";
import { socketTransport } from "./socket-transport.ts";

/** The real ways to a node. */
export const NODE_TRANSPORTS: Transports = {
  socket: socketTransport,
  url: (url, token) => fetchTransport(url, { token }),
};
