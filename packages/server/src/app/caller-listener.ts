import { renderHostPort } from "../base/host-port.ts";
import { certificateAndKey, type TlsIdentity } from "../cluster/transport/tls-identity.ts";
import type { HttpServer, Listener, ListenerCertificate } from "../http/http-server.ts";
import type { Logger } from "../platform/logger.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import { CallerCertificate } from "./caller-certificate.ts";
import type { Config } from "./config.ts";

export interface CallerListenerDeps {
  readonly config: Pick<Config, "listen" | "tls">;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  /** The node's own certificate, for `tls.certificate=system`. */
  readonly network: {
    identity(): TlsIdentity | undefined;
    whenIdentityChanges(run: () => void): void;
  };
}

/** How callers who are not on the node's socket are listened to. */
export interface CallerListener {
  readonly listener: Exclude<Listener, { kind: "socket" }>;
  /** Shows the server's new connections the certificate as it changes, until `stop`. */
  follow(server: HttpServer): void;
  stop(): void;
}

/** Throws `file-unreadable`, `configuration-invalid`. */
export async function callerListener(deps: CallerListenerDeps): Promise<CallerListener> {
  const { config, scheduler, logger, network } = deps;
  const { listen, tls } = config;
  switch (tls?.kind) {
    case undefined:
      return {
        listener: { kind: "loopback", ...listen },
        follow: () => undefined,
        stop: () => undefined,
      };
    case "system":
      return {
        listener: { kind: "tls", ...listen, certificate: () => shown(network.identity()) },
        follow: (server) => {
          network.whenIdentityChanges(() => {
            server.certificateChanged();
          });
        },
        stop: () => undefined,
      };
    case "files": {
      const files = await CallerCertificate.load(tls, scheduler, logger);
      return {
        listener: { kind: "tls", ...listen, certificate: () => files.current },
        follow: (server) => {
          files.watch(() => {
            server.certificateChanged();
          });
        },
        stop: () => {
          files.stop();
        },
      };
    }
  }
}

/** Where the listener is reached, once it has its port. */
export function callerUrl({ listen, tls }: Pick<Config, "listen" | "tls">, port: number): string {
  const scheme = tls === undefined ? "http" : "https";
  return `${scheme}://${renderHostPort({ host: listen.host, port })}`;
}

function shown(identity: TlsIdentity | undefined): ListenerCertificate | undefined {
  return identity && certificateAndKey(identity);
}
