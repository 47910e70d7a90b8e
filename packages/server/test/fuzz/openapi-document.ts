import { type Answer } from "../support/http-client.ts";

/** What the fuzzer reads of a JSON schema. */
export interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly propertyNames?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

interface Content {
  readonly schema?: Schema;
  readonly "x-parts"?: { readonly json: Schema; readonly description: string };
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, Content>> }>
  >;
  readonly "x-permission": string;
}

/** An OpenAPI document, as far as the fuzzer needs it. */
export interface OpenApi {
  readonly operations: readonly Operation[];
  readonly problem: Schema;
}

/** Of a document that a node gave. */
export function parseOpenApi({ text }: Answer): OpenApi {
  const document = JSON.parse(text) as {
    readonly openapi: string;
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, Omit<Operation, "method" | "path">>>>
    >;
    readonly components: { readonly schemas: { readonly Problem: Schema } };
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
  return { operations, problem: document.components.schemas.Problem };
}
