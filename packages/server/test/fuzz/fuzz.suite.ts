import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { isErrorCode, PROBLEM_MEDIA_TYPE } from "@chatelaine/protocol";
import { systemRandom } from "../../src/platform/random.ts";
import { ComposedNode, type NodePlace } from "../support/composed-node.ts";
import { withJson, withToken, type Answer } from "../support/http-client.ts";
import { furnish, type Furniture } from "../walk/furniture.ts";
import { ask } from "../walk/requests.ts";
import { badRequest, type BadRequest, type Sender } from "./arbitrary-requests.ts";
import { parseOpenApi, type OpenApi, type Operation, type Schema } from "./openapi-document.ts";
import { mismatch } from "./schema-check.ts";

/** Long enough to be met by chance nowhere; short enough not to be cut. */
const PLANTED = "Planted7secret4711value";
/** An item that no request is about. */
const KEPT = "kept";
const AT_ONCE = 32;
const FAULTS_SHOWN_MAX = 10;

/** Bad requests, made from the OpenAPI document that the node itself gives. */
export function fuzzSuite(
  database: string,
  makePlace: () => Promise<NodePlace>,
  requestsCount: number,
): void {
  describe(`the interface on ${database}, asked ${requestsCount} bad questions`, () => {
    let place: NodePlace;
    let node: ComposedNode;
    let furniture: Furniture;
    let document: OpenApi;

    before(async () => {
      place = await makePlace();
      node = await ComposedNode.start(place, async (opened) => {
        furniture = await furnish(opened);
      });
      for (const identifier of ["item", KEPT]) {
        const set = ask("config.set", { application: "Own", identifier });
        await node.send(node.socket, withJson(set, { properties: { password: PLANTED } }));
      }
      document = parseOpenApi(await node.send(node.loopback, ask("openapi.read")));
    });
    after(async () => {
      await node.stop();
      await place.discard();
    });

    async function send({ sender, ask: request }: BadRequest): Promise<Answer> {
      const tokens: Readonly<Partial<Record<Sender, string>>> = {
        admin: furniture.tokens.admin,
        reader: furniture.tokens.reader,
        "bad token": PLANTED,
      };
      const token = tokens[sender];
      const target = sender === "local administrator" ? node.socket : node.loopback;
      return await node.send(target, token === undefined ? request : withToken(request, token));
    }

    it("answers each with a problem document or as its schema says, and with no secret", async () => {
      const [seed = 0] = new Int32Array(systemRandom.bytes(4).buffer);
      const someOperation = fc.constantFrom(...document.operations);
      const one = someOperation.chain((operation) => badRequest(operation, PLANTED));
      const waiting = fc.sample(one, { numRuns: requestsCount, seed });
      const faults: string[] = [];
      let refusedCount = 0;
      const worker = async (): Promise<void> => {
        for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
          const answer = await send(request);
          refusedCount += answer.status >= 400 ? 1 : 0;
          const fault = faultOf(document, request, answer);
          faults.push(...(fault === undefined ? [] : [fault]));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      assert.deepEqual(faults.slice(0, FAULTS_SHOWN_MAX), [], `seed ${seed}`);
      assert.ok(refusedCount > requestsCount / 2, `only ${refusedCount} were refused`);
    });

    it("logs no secret and no defect", () => {
      const encodings = ["utf8", "hex", "base64"] as const;
      for (const encoding of encodings) {
        const needle = Buffer.from(PLANTED).toString(encoding);
        assert.deepEqual(
          node.logged.filter((line) => line.includes(needle)),
          [],
        );
      }
      const defects = node.logged.filter((line) => line.includes('"code":"internal"'));
      assert.deepEqual(defects.slice(0, FAULTS_SHOWN_MAX), []);
    });

    it("still works, and holds what it held", async () => {
      const reveal = ask("config.reveal", { application: "Own", identifier: KEPT });
      const { status, text } = await node.send(node.socket, reveal);
      assert.equal(status, 200, text);
      assert.match(text, new RegExp(PLANTED));
    });
  });
}

/** What is wrong with the answer; undefined if nothing is. */
function faultOf(
  { operations, problem }: OpenApi,
  { operationId, sender, ask: asked }: BadRequest,
  answer: Answer,
): string | undefined {
  const operation = operations.find((one) => one.operationId === operationId);
  const mayReveal = operation?.["x-permission"] === "config.reveal" && answer.status === 200;
  const fault =
    answer.status >= 500
      ? "it is a failure of the node's own"
      : answer.text.includes(PLANTED) && !mayReveal
        ? "it holds the secret"
        : answer.status >= 400
          ? problemFault(problem, asked.method, answer)
          : answerFault(operation, asked.method, answer);
  if (fault === undefined) {
    return undefined;
  }
  const body = String(asked.body ?? "").slice(0, 300);
  const request = `${asked.method} ${asked.path.slice(0, 200)} ${JSON.stringify(asked.headers).slice(0, 300)} ${body}`;
  return `${fault}: ${sender} sent ${request}, answered ${answer.status} ${answer.text.slice(0, 300)}`;
}

function problemFault(
  schema: Schema,
  method: string,
  { status, headers, text }: Answer,
): string | undefined {
  if (method === "HEAD") {
    return undefined; // it has no body
  }
  if (headers["content-type"] !== `${PROBLEM_MEDIA_TYPE}; charset=utf-8`) {
    return "it is no problem document";
  }
  const body = JSON.parse(text) as { readonly code: string; readonly status: number };
  return isErrorCode(body.code) && body.status === status
    ? mismatch(schema, body)
    : "it has a status or a code that does not fit";
}

function answerFault(
  operation: Operation | undefined,
  method: string,
  { headers, text }: Answer,
): string | undefined {
  const [content] = Object.entries(operation?.responses["2XX"]?.content ?? {});
  if (content === undefined || method !== operation?.method) {
    return undefined; // with another method it was another operation, or none
  }
  const [mediaType, { schema = {} }] = content;
  if (headers["content-type"]?.split(";")[0] !== mediaType.split(";")[0]) {
    return "it has another media type";
  }
  return mediaType === "application/json" ? mismatch(schema, JSON.parse(text)) : undefined;
}
