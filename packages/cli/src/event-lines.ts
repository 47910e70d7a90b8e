/** Takes the data of Server-Sent Events out of a stream (WHATWG HTML, 9.2.6). */
export interface ServerSentEvent {
  /** Absent for an event without one. */
  readonly id: string | undefined;
  /** `message` unless the stream says otherwise. */
  readonly type: string;
  readonly data: string;
}

/** The events in a stream of bytes, each once it is whole. */
export async function* serverSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) {
        yield event;
      }
    }
  }
}

/** Undefined for a comment, or a hint for the connection. */
function parseBlock(block: string): ServerSentEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at > 0) {
      fields.set(line.slice(0, at), line.slice(at + 1).replace(/^ /, ""));
    }
  }
  const data = fields.get("data");
  return data === undefined
    ? undefined
    : { id: fields.get("id"), type: fields.get("event") ?? "message", data };
}
