import { parseHostPort, renderHostPort, type HostPort } from "../base/host-port.ts";
import type { Setting } from "./setting.ts";

/** Where other nodes reach this one. */
export interface ClusterConfig {
  readonly listen: HostPort;
  /** `HOST:PORT`, as it stands in the node's warrant. */
  readonly advertise: string;
}

export const CLUSTER_SETTINGS = {
  "cluster.listen": {
    meaning:
      "Address and port for other nodes, such as 0.0.0.0:4871: mutual TLS. Empty: no other node " +
      "can reach this one.",
    fallback: "",
    problem: addressProblem,
  },
  "cluster.advertise": {
    meaning:
      "Address and port at which other nodes reach this one, such as sso1.example:4871. Empty: " +
      "that of cluster.listen.",
    fallback: "",
    problem: addressProblem,
  },
} as const satisfies Record<string, Setting>;

/** Undefined: this node has no listener for others. */
export function clusterConfig(
  text: (name: keyof typeof CLUSTER_SETTINGS) => string,
  problems: string[],
): ClusterConfig | undefined {
  const listen = parseHostPort(text("cluster.listen"));
  const advertise = parseHostPort(text("cluster.advertise")) ?? listen;
  if (listen === undefined && advertise !== undefined) {
    problems.push("cluster.advertise: nothing listens there; set cluster.listen too");
  }
  if (listen === undefined || advertise === undefined) {
    return undefined;
  }
  if (isEverywhere(advertise.host)) {
    problems.push(
      `cluster.advertise: ${renderHostPort(advertise)} is no address that others can connect to; ` +
        "set it to a name or address of this machine",
    );
  }
  return { listen, advertise: renderHostPort(advertise) };
}

function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function addressProblem(text: string): string | undefined {
  return text === "" || parseHostPort(text) !== undefined
    ? undefined
    : "must be HOST:PORT, such as sso1.example:4871";
}
