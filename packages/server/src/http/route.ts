import { ROUTES, type FromSchema, type RouteId } from "@chatelaine/protocol";
import type { Caller } from "../domain/access/caller.ts";

type Spec<Id extends RouteId> = (typeof ROUTES)[Id];

type JsonOf<Part> = Part extends { readonly json: infer Schema } ? FromSchema<Schema> : undefined;

type RequestJson<Id extends RouteId> =
  Spec<Id> extends { readonly request: infer Request } ? JsonOf<Request> : undefined;

type ResponseJson<Id extends RouteId> =
  Spec<Id> extends { readonly response: infer Response } ? JsonOf<Response> : string;

/** A request whose form was checked against the route table. */
export interface RouteRequest<Id extends RouteId> {
  readonly caller: Caller;
  readonly json: RequestJson<Id>;
  /** The binary parts, in the order of the route table; zeroed after the handler has ended. */
  readonly parts: readonly Uint8Array[];
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
