import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serverSentEvents, type ServerSentEvent } from "./event-lines.ts";

const STREAM = [
  "retry: 2000",
  "",
  "id: 5-1",
  'data: {"a":"größe"}',
  "",
  ":",
  "",
  "event: missed",
  'data: {"missed":3}',
  "",
  "id: 5-9",
  "data: {}",
  "",
  "data: never ended",
].join("\n");

async function* cut(size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(STREAM);
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

describe("Server-Sent Events", () => {
  it("are read whole, wherever the connection cuts them", async () => {
    for (let size = 1; size < STREAM.length; size += 1) {
      const events: ServerSentEvent[] = [];
      for await (const event of serverSentEvents(cut(size))) {
        events.push(event);
      }
      assert.deepEqual(events, [
        { id: "5-1", type: "message", data: '{"a":"größe"}' },
        { id: undefined, type: "missed", data: '{"missed":3}' },
        { id: "5-9", type: "message", data: "{}" },
      ]);
    }
  });
});
