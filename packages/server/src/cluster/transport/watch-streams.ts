import type { ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { Beat, PeerHandlers } from "../peer-acts.ts";
import type { PeerAuthentication } from "./peer-authentication.ts";
import { BEAT } from "./wire.ts";

/** A node that has lost its connection without the other side noticing opens another. */
const STREAMS_PER_NODE_MAX = 2;
/** Bytes that may wait to be sent; a reader that leaves more is gone or stuck. */
const WAITING_BYTES_MAX = 64 * 1024;

/** The open watch streams: one beat a line, as JSON, until either side ends it. */
export class WatchStreams {
  readonly #authentication: PeerAuthentication;
  /** The oldest first. */
  readonly #byNode = new Map<NodeId, readonly ServerResponse[]>();

  constructor(authentication: PeerAuthentication) {
    this.#authentication = authentication;
  }

  begin(
    caller: Warrant,
    socket: TLSSocket,
    response: ServerResponse,
    watch: PeerHandlers["watch"],
  ): void {
    const cancel = watch(caller, (beat) => {
      this.#send(socket, response, beat);
    });
    // The handler may have sent a beat already, and the stream may have ended with it.
    if (response.destroyed) {
      cancel();
      return;
    }
    writeHead(response);
    response.flushHeaders();
    this.#add(caller.nodeId, response);
    response.once("close", () => {
      cancel();
      this.#remove(caller.nodeId, response);
    });
  }

  #send(socket: TLSSocket, response: ServerResponse, beat: Beat): void {
    if (!this.#authentication.isInForce(socket)) {
      response.destroy(); // it comes again, with the certificate it has by now
      return;
    }
    writeHead(response);
    response.write(`${JSON.stringify(BEAT.encode(beat))}\n`);
    if (response.writableLength > WAITING_BYTES_MAX) {
      response.destroy();
    }
  }

  #add(nodeId: NodeId, response: ServerResponse): void {
    const [oldest, ...others] = this.#byNode.get(nodeId) ?? [];
    const open = oldest === undefined ? others : [oldest, ...others];
    this.#byNode.set(nodeId, [...open, response]);
    if (open.length >= STREAMS_PER_NODE_MAX) {
      oldest?.destroy();
    }
  }

  #remove(nodeId: NodeId, response: ServerResponse): void {
    const others = (this.#byNode.get(nodeId) ?? []).filter((open) => open !== response);
    if (others.length === 0) {
      this.#byNode.delete(nodeId);
    } else {
      this.#byNode.set(nodeId, others);
    }
  }
}

function writeHead(response: ServerResponse): void {
  if (!response.headersSent) {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
  }
}
