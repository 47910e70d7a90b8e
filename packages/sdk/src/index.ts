export { ChatelaineClient, ChatelaineError } from "./client.ts";
export type { Answer, Transport, TransportRequest, TransportResponse } from "./client.ts";
