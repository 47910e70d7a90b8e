import { ROUTES, type FromSchema, type RouteId } from "@chatelaine/protocol";
import type { Caller } from "../domain/access/caller.ts";
import type { Precondition } from "../domain/config-item/write-items.ts";
import type { Repeatable } from "../domain/idempotency/once.ts";

type Spec<Id extends RouteId> = (typeof ROUTES)[Id];

type JsonOf<Part> = Part extends { readonly json: infer Schema } ? FromSchema<Schema> : undefined;

type RequestJson<Id extends RouteId> =
  Spec<Id> extends { readonly request: infer Request } ? JsonOf<Request> : undefined;

type ResponseJson<Id extends RouteId> =
  Spec<Id> extends { readonly response: infer Response }
    ? JsonOf<Response>
    : Spec<Id> extends { readonly stream: string }
      ? OpenStream
      : string;

/** A text that goes on. It is taken as fast as the reader reads, so that nothing piles up here. */
export interface TextStream {
  /** The next piece; undefined if there is none yet. */
  take(): string | undefined;
  /** Called once, when nobody reads any more. */
  close(): void;
}

/** `ready` is called each time there may be something to take after there was nothing. */
export type OpenStream = (ready: () => void) => TextStream;

type ParamsOf<Id extends RouteId> =
  Spec<Id> extends { readonly params: infer Schema } ? FromSchema<Schema> : undefined;

type QueryOf<Id extends RouteId> =
  Spec<Id> extends { readonly query: infer Schema } ? FromSchema<Schema> : undefined;

/** A request whose form was checked against the route table. */
export interface RouteRequest<Id extends RouteId> {
  readonly caller: Caller;
  readonly params: ParamsOf<Id>;
  readonly query: QueryOf<Id>;
  readonly json: RequestJson<Id>;
  /** The binary parts, in the order of the route table; zeroed after the handler has ended. */
  readonly parts: readonly Uint8Array[];
  readonly precondition: Precondition;
  readonly repeatable: Repeatable | undefined;
}

export interface RouteAnswer<Id extends RouteId> {
  /** 200 unless said otherwise. */
  readonly status?: number;
  readonly json: ResponseJson<Id>;
  readonly parts?: readonly Uint8Array[];
}

export type Handler<Id extends RouteId> = (request: RouteRequest<Id>) => Promise<RouteAnswer<Id>>;

/** One handler for every route: a route without one does not compile. */
export type Handlers = { readonly [Id in RouteId]: Handler<Id> };

/** The handlers of one area. */
export type HandlersOf<Prefix extends string> = {
  readonly [Id in RouteId as Id extends `${Prefix}.${string}` ? Id : never]: Handler<Id>;
};
