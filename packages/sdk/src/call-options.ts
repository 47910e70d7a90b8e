import type { FromSchema, ROUTES, RouteId } from "@chatelaine/protocol";

type Spec<Id extends RouteId> = (typeof ROUTES)[Id];

type JsonOf<Part> = Part extends { readonly json: infer Schema } ? FromSchema<Schema> : undefined;

/**
 * The JSON that a route takes; undefined if it takes none.
 *
 * ```ts
 * const order: RequestJson<"config.set"> = { properties: { Retries: 3 } };
 * ```
 */
export type RequestJson<Id extends RouteId> =
  Spec<Id> extends { readonly request: infer Request } ? JsonOf<Request> : undefined;

/**
 * The JSON that a route answers with, or a text for routes such as `metrics.read`.
 *
 * ```ts
 * function names(page: ResponseJson<"application.list">): readonly string[] {
 *   return page.items.map(({ name }) => name);
 * }
 * ```
 */
export type ResponseJson<Id extends RouteId> =
  Spec<Id> extends { readonly response: infer Response } ? JsonOf<Response> : string;

type Params<Id extends RouteId> =
  Spec<Id> extends { readonly params: infer Schema }
    ? { readonly params: FromSchema<Schema> }
    : unknown;

type Query<Id extends RouteId> =
  Spec<Id> extends { readonly query: infer Schema }
    ? { readonly query?: OrUndefined<FromSchema<Schema>> | undefined }
    : unknown;

type Json<Id extends RouteId> =
  Spec<Id> extends { readonly request: { readonly json: unknown } }
    ? { readonly json: RequestJson<Id> }
    : unknown;

type Parts<Id extends RouteId> =
  Spec<Id> extends { readonly request: { readonly parts: readonly string[] } }
    ? { readonly parts: readonly Uint8Array[] }
    : unknown;

type Condition<Id extends RouteId> =
  Spec<Id> extends { readonly condition: "match-or-create" }
    ? IfMatch & { readonly ifNoneMatch?: "*" | undefined }
    : Spec<Id> extends { readonly condition: "match" }
      ? IfMatch
      : unknown;

interface IfMatch {
  /** The revision that must still be there, as `etag` of an earlier answer; without quotes. */
  readonly ifMatch?: string | undefined;
}

type Key<Id extends RouteId> =
  Spec<Id> extends { readonly isWrite: true }
    ? {
        /** 1 to 128 printable ASCII characters; the same key again gets the same answer. */
        readonly idempotencyKey?: string | undefined;
      }
    : unknown;

type OrUndefined<T> = { readonly [K in keyof T]: T[K] | undefined };

/**
 * What a call of this route takes: a route with parameters demands `params`, one with a body
 * `json`, one with secrets or files `parts`; a list may take `query`, a write `idempotencyKey` and,
 * where there is something to change, `ifMatch` or `ifNoneMatch`.
 *
 * ```ts
 * const options: CallOptions<"config.set"> = {
 *   params: { application: "Orders", identifier: "production/db" },
 *   json: { properties: { Retries: 3 } },
 *   ifNoneMatch: "*",
 * };
 * ```
 */
export type CallOptions<Id extends RouteId> = Params<Id> &
  Query<Id> &
  Json<Id> &
  Parts<Id> &
  Condition<Id> &
  Key<Id>;

/** One argument where something is demanded, at most one elsewhere. */
export type CallArguments<Id extends RouteId> =
  unknown extends CallOptions<Id>
    ? readonly []
    : CallOptions<Id> extends Demanding
      ? readonly [options: CallOptions<Id>]
      : readonly [options?: CallOptions<Id>];

type Demanding = { readonly params: unknown } | { readonly json: unknown };

/** The same without the route's types, as the client works with it. */
export interface AnyCallOptions {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly json?: unknown;
  readonly parts?: readonly Uint8Array[] | undefined;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: "*" | undefined;
  readonly idempotencyKey?: string | undefined;
}
