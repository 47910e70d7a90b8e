import { CodedError } from "../../base/coded-error.ts";

export interface PostgresAddress {
  /** One URL for each host, in the order given. */
  readonly urls: readonly string[];
  /** Hosts and database; neither user nor password nor parameters. */
  readonly display: string;
}

const URL_PARTS = /^(?<scheme>postgres(?:ql)?:\/\/)(?<hosts>[^/?#]*)(?<rest>.*)$/;

/**
 * Takes `postgres://USER:PASSWORD@HOST[:PORT][,HOST[:PORT]…]/DATABASE` apart. Throws
 * `configuration-invalid`, without a word of the text, because it may hold a password.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const parts = URL_PARTS.exec(text)?.groups;
  const { scheme = "", hosts = "", rest = "" } = parts ?? {};
  // Up to the last "@" is secret, also when an unescaped "/" in a password came before it.
  const hostList = hosts.slice(hosts.lastIndexOf("@") + 1);
  const user = hosts.slice(0, hosts.length - hostList.length);
  if (parts === undefined || hostList === "" || rest.includes("@")) {
    throw new CodedError("configuration-invalid", {
      detail:
        "The database URL is not of the form postgres://USER:PASSWORD@HOST[:PORT][,HOST…]/DATABASE; " +
        "write @, / and ? in a user's name or password as %40, %2F and %3F.",
    });
  }
  const parameters = withoutTarget(rest);
  const urls = hostList.split(",").map((host) => `${scheme}${user}${host}${parameters}`);
  return { urls, display: `${scheme}${hostList}${rest.replace(/[?#].*$/, "")}` };
}

const TARGET = /(?<before>[?&])target_session_attrs=(?<target>[^&#]*)&?/;

/** Only a server that can be written to is ever used: which of the hosts it is, we see ourselves. */
function withoutTarget(rest: string): string {
  const target = TARGET.exec(rest)?.groups?.["target"];
  if (target !== undefined && target !== "read-write" && target !== "primary") {
    throw new CodedError("configuration-invalid", {
      detail: "target_session_attrs of the database URL can only be read-write or primary.",
    });
  }
  return rest.replace(TARGET, "$<before>").replace(/[?&]$/, "");
}
