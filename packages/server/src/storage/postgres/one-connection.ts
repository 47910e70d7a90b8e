import { connect, Socket } from "node:net";
import { unavailable } from "./postgres-fault.ts";

/** Where the driver wants to connect to, in its own words. */
interface Place {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a Unix socket, or false. */
  readonly path: string | false | undefined;
}

const CONNECT_MS_MAX = 3000;

/**
 * Gives the driver one connection and never another. Left to itself it connects anew, at once and
 * without end, when a server, or a proxy without one, closes the connection before it is ready.
 */
export function oneConnection(): (place: Place) => Promise<Socket> {
  let isUsed = false;
  return async ({ host: [host = ""], port: [port = 0], path }) => {
    if (isUsed) {
      return failing(unavailable("The connection to the database was lost."));
    }
    isUsed = true;
    const socket = typeof path === "string" ? connect(path) : connect(port, host);
    try {
      await connected(socket);
    } catch (error) {
      return failing(error);
    }
    // The name to which the driver holds the server's certificate (`sslmode=verify-full`).
    return Object.assign(socket, { host, port });
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MS_MAX, () => {
      socket.destroy(unavailable("The database server does not answer."));
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      resolve();
    });
  });
}

/**
 * A socket that fails once the driver listens. Thrown to, the driver refuses the one statement it
 * connects for, and lets those behind it wait for ever.
 */
function failing(error: unknown): Socket {
  const socket = new Socket();
  socket.on("newListener", (event) => {
    if (event === "close") {
      process.nextTick(() => socket.destroy(error instanceof Error ? error : undefined));
    }
  });
  return socket;
}
