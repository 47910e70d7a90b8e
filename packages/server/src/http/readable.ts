import { Readable } from "node:stream";
import type { OpenStream } from "./route.ts";

/** The stream as Node sends it: a piece is taken only when the connection has room for it. */
export function readableOf(open: OpenStream): Readable {
  let hasRoom = false;
  const pull = (): void => {
    while (hasRoom) {
      const piece = stream.take();
      if (piece === undefined) {
        return;
      }
      hasRoom = readable.push(piece);
    }
  };
  const readable = new Readable({
    read: () => {
      hasRoom = true;
      pull();
    },
    destroy: (error, done) => {
      hasRoom = false;
      stream.close();
      done(error);
    },
  });
  const stream = open(pull);
  return readable;
}
