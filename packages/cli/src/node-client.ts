import { ChatelaineClient } from "@chatelaine/sdk";
import { CodedError, StateDirectory } from "@chatelaine/server";
import { socketTransport } from "./socket-transport.ts";

/** The node of a state directory, called on its own socket. Throws `system-not-found`. */
export async function localNode(stateDirectory: string): Promise<ChatelaineClient> {
  const directory = new StateDirectory(stateDirectory);
  if (!(await directory.isThere())) {
    throw new CodedError("system-not-found", {
      detail: `${directory.path} is not the state directory of a node`,
    });
  }
  return new ChatelaineClient(socketTransport(directory.socketPath));
}
