import {
  decodeParts,
  encodeParts,
  PARTS_MEDIA_TYPE,
  type BindingsExported,
  type BindingsImport,
  type BindingsImported,
  type Problem,
  type RouteId,
} from "@chatelaine/protocol";
import { ask } from "../walk/requests.ts";
import type { ComposedNode } from "./composed-node.ts";
import type { Answer, Ask } from "./http-client.ts";

/** A request with binary parts. */
export function withParts(id: RouteId, json: unknown, ...parts: readonly Uint8Array[]): Ask {
  return {
    ...ask(id),
    headers: { "content-type": PARTS_MEDIA_TYPE },
    body: encodeParts([Buffer.from(JSON.stringify(json)), ...parts]),
  };
}

/** What was answered to an import: the table, or the refusal. */
export type Imported =
  | { readonly kind: "done"; readonly table: BindingsImported }
  | { readonly kind: "refused"; readonly problem: Problem };

export async function importFile(
  node: ComposedNode,
  request: BindingsImport,
  file: Uint8Array,
): Promise<Imported> {
  const answer = await node.send(node.socket, withParts("bindings.import", request, file));
  return answer.status === 200
    ? { kind: "done", table: JSON.parse(answer.text) as BindingsImported }
    : { kind: "refused", problem: JSON.parse(answer.text) as Problem };
}

export interface Exported {
  readonly view: BindingsExported;
  readonly bytes: Uint8Array;
}

export async function exportFile(
  node: ComposedNode,
  id: "bindings.export" | "bindings.reveal",
  name: string,
): Promise<Exported> {
  const answer = await node.send(node.socket, ask(id, { name }));
  const parts = decodeParts(answer.body, 2);
  if (answer.status !== 200 || parts?.[0] === undefined || parts[1] === undefined) {
    throw new TypeError(`not exported: ${answer.text}`);
  }
  return { view: parseJson(parts[0]) as BindingsExported, bytes: parts[1] };
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}

/** The body of an answer that has to be 2xx. */
export function bodyOf(answer: Answer): unknown {
  if (answer.status >= 300) {
    throw new TypeError(answer.text);
  }
  return JSON.parse(answer.text);
}
