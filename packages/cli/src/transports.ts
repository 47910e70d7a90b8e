import { fetchTransport } from "@chatelaine/sdk";
import type { Transports } from "./command-context.ts";
import { socketTransport } from "./socket-transport.ts";
import { fetchStream, socketStream } from "./stream-transport.ts";
import { tellingFetch } from "./telling-fetch.ts";

/** The real ways to a node. */
export const NODE_TRANSPORTS: Transports = {
  socket: socketTransport,
  url: (url, token, { answerMsMax, onSent } = {}) =>
    fetchTransport(url, {
      token,
      answerMsMax,
      ...(onSent !== undefined && { fetch: tellingFetch(onSent) }),
    }),
  socketStream,
  urlStream: fetchStream,
};
