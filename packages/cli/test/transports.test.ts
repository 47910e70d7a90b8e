/** The ways to a node, where a body is large or the answer comes before its end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Transport } from "@chatelaine/sdk";
import type { Manner } from "../src/command-context.ts";
import { NODE_TRANSPORTS } from "../src/transports.ts";

const BODY = new Uint8Array(5_000_001).map((_, index) => index % 251);

const directory = mkdtempSync(join(tmpdir(), "chatelaine-transports-"));
const socket = join(directory, "node.sock");
let atPort: Server;
let atSocket: Server;

/** Answers with the length it was told and what came; `/refused` without reading. */
function makeServer(): Server {
  return createServer((request, response) => {
    if (request.url === "/refused") {
      response.writeHead(401, { "content-type": "application/problem+json" }).end("{}");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("told-length", request.headers["content-length"] ?? "none");
      response.end(Buffer.concat(chunks));
    });
  });
}

before(async () => {
  atPort = makeServer().listen(0, "127.0.0.1");
  atSocket = makeServer().listen(socket);
  await Promise.all([once(atPort, "listening"), once(atSocket, "listening")]);
});
after(async () => {
  for (const server of [atPort, atSocket]) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  rmSync(directory, { recursive: true });
});

function portOf(server: Server): string {
  const address = server.address();
  return typeof address === "object" ? String(address?.port) : "";
}

const WAYS: Readonly<Record<string, (manner: Manner) => Transport>> = {
  "the socket": (manner) => NODE_TRANSPORTS.socket(socket, manner),
  TCP: (manner) => NODE_TRANSPORTS.url(`http://127.0.0.1:${portOf(atPort)}`, undefined, manner),
};

for (const [name, way] of Object.entries(WAYS)) {
  describe(`a large body over ${name}`, () => {
    const request = { method: "POST", path: "/", headers: {}, body: BODY.slice() };

    it("comes whole, with its length, also when its way is told", async () => {
      const told: number[] = [];
      const transport = way({ onSent: (sent) => told.push(sent) });
      const { headers, body } = await transport(request);
      assert.equal(headers["told-length"], String(BODY.length));
      assert.ok(Buffer.from(BODY).equals(body));
      assert.ok(told.length > 10);
      assert.deepEqual(
        told,
        told.toSorted((a, b) => a - b),
      );
      assert.equal(told.at(-1), BODY.length);
    });

    it("may be refused before it was read", async () => {
      const transport = way({ onSent: () => undefined });
      const { status } = await transport({ ...request, path: "/refused" });
      assert.equal(status, 401);
    });
  });
}
