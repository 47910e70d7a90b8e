/** Where a database server is, by its URL. */
export function targetOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port === "" ? "5432" : port) };
}

export function urlAt(url: string, host: string, port: number): string {
  return Object.assign(new URL(url), { hostname: host, port: String(port) }).href;
}
