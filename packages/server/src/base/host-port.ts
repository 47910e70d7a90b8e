/** Where something listens: a DNS name or an IP address (IPv6 without brackets), and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;
/** A DNS name or an IPv4 address: letters, digits, hyphens and dots (RFC 1123, 2.1). */
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;
const IPV6 = /^[0-9a-f:.]{2,45}$/i;

/** `HOST:PORT`, an IPv6 address in brackets; undefined if the text is none. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]*)\]|([^:[\]]*)):(0|[1-9]\d{0,4})$/.exec(text) ?? [];
  const isHost = bracketed === undefined ? HOST.test(plain ?? "") : IPV6.test(bracketed);
  const port = Number(digits);
  const host = bracketed ?? plain;
  return host !== undefined && isHost && port <= PORT_MAX ? { host, port } : undefined;
}

/** As `parseHostPort` reads it. */
export function renderHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}

/** Whether the host is an address, and no name. */
export function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether the address means this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
