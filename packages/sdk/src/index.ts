export { ChatelaineClient } from "./client.ts";
export type { Answer } from "./client.ts";
export { ChatelaineError } from "./chatelaine-error.ts";
export { fetchTransport } from "./fetch-transport.ts";
export type { FetchTransportOptions } from "./fetch-transport.ts";
export type { CallOptions, RequestJson, ResponseJson } from "./call-options.ts";
export type { Transport, TransportRequest, TransportResponse } from "./transport.ts";
