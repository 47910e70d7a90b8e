import { CodedError } from "../base/coded-error.ts";

/**
 * A browser on this machine can be led by a foreign page to a loopback port. Such requests carry
 * the page's `Origin`, or, after a DNS name was pointed here, a foreign `Host` (RFC 9110, 7.2).
 * Throws `host-not-allowed`.
 */
export function assertOwnHost(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  port: number,
): void {
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${String(port)}`);
  const isOwnHost = headers.host !== undefined && hosts.includes(headers.host.toLowerCase());
  const isOwnOrigin =
    headers.origin === undefined || hosts.some((host) => headers.origin === `http://${host}`);
  if (!isOwnHost || !isOwnOrigin) {
    throw new CodedError("host-not-allowed", {
      detail: `call this node as http://127.0.0.1:${String(port)}`,
    });
  }
}
