const PIECE_BYTES = 64 * 1024;

/** `fetch` that tells how much of a body has gone out. */
export function tellingFetch(
  onSent: (sent: number, total: number) => void,
): typeof globalThis.fetch {
  return (input, init) => {
    const body = init?.body;
    if (!(body instanceof Uint8Array)) {
      return fetch(input, init);
    }
    const headers = new Headers(init?.headers);
    // Of a stream it would not be known, and what is sent in chunks has no length to refuse.
    headers.set("content-length", String(body.length));
    const streamed = { ...init, headers, body: inPieces(body, onSent), duplex: "half" } as const;
    return fetch(input, streamed);
  };
}

/** Each piece is taken when those before have gone into the socket. */
function inPieces(
  body: Uint8Array,
  onSent: (sent: number, total: number) => void,
): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        onSent(sent, body.length);
        if (sent === body.length) {
          controller.close();
          return;
        }
        // A copy: whoever reads the stream may keep it, and the body is overwritten afterwards.
        const piece = body.slice(sent, sent + PIECE_BYTES);
        sent += piece.length;
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}
