import type { Socket } from "node:net";
import { PROBLEM_MEDIA_TYPE } from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import { problemFor } from "./problem.ts";

/**
 * Answers what never became a request: bytes that are no HTTP, and headers or a request line
 * larger than are read. It is a problem document too; the connection ends with it.
 */
export function answerClientError(error: Error, socket: Socket, requestId: string): void {
  const isGone = "code" in error && error.code === "ECONNRESET";
  if (isGone || !socket.writable) {
    socket.destroy();
    return;
  }
  const coded = new CodedError("request-invalid", {
    detail: "this is no HTTP request, or its headers or its path are too long",
  });
  const problem = problemFor(coded, requestId);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${String(problem.status)} Bad Request`,
    `content-type: ${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
    `content-length: ${String(Buffer.byteLength(body))}`,
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
