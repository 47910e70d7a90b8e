import { isAbsolute } from "node:path";
import { isLoopback, type HostPort, renderHostPort } from "../base/host-port.ts";
import { oneOfWords, type Setting } from "./setting.ts";

/** Which certificate callers are shown. */
export type TlsConfig =
  | { readonly kind: "files"; readonly certificateFile: string; readonly keyFile: string }
  /** That of the node, which the system's own CA has signed. */
  | { readonly kind: "system" };

export const TLS_SETTINGS = {
  "tls.certificate": {
    meaning:
      "Whose certificate callers are shown: `files`, that of the two settings below, or `system`, " +
      "that which the system's own CA has signed for this node (callers then trust that CA). " +
      "Without either the listener for callers has no TLS, and listens on loopback only.",
    fallback: "files",
    problem: oneOfWords("files", "system"),
  },
  "tls.certificateFile": {
    meaning:
      "PEM file of the certificate for callers, with the intermediate ones after it. It is read " +
      "again when it changes.",
    fallback: "",
    problem: pathProblem,
  },
  "tls.keyFile": {
    meaning: "PEM file of its private key, not encrypted, readable by the node's user alone.",
    fallback: "",
    problem: pathProblem,
  },
} as const satisfies Record<string, Setting>;

/** Undefined: no TLS for callers, which is for loopback alone. */
export function tlsConfig(
  text: (name: keyof typeof TLS_SETTINGS) => string,
  listen: HostPort | undefined,
  problems: string[],
): TlsConfig | undefined {
  const certificateFile = text("tls.certificateFile");
  const keyFile = text("tls.keyFile");
  const files = [certificateFile, keyFile].filter((file) => file !== "").length;
  if (text("tls.certificate") === "system") {
    if (files > 0) {
      problems.push(
        "tls.certificate: is system, so that tls.certificateFile and tls.keyFile have no use; " +
          "leave them out, or set tls.certificate to files",
      );
    }
    return { kind: "system" };
  }
  if (files === 1) {
    problems.push("tls.certificateFile, tls.keyFile: one is of no use without the other; set both");
  }
  if (files === 0 && listen !== undefined && !isLoopback(listen.host)) {
    problems.push(
      `listen: ${renderHostPort(listen)} is not loopback, and others could read what callers are ` +
        "told; set tls.certificateFile and tls.keyFile, or tls.certificate to system",
    );
  }
  return files === 0 ? undefined : { kind: "files", certificateFile, keyFile };
}

function pathProblem(text: string): string | undefined {
  return text === "" || isAbsolute(text) ? undefined : "must be an absolute path";
}
