import { isAbsolute, join } from "node:path";
import { messageKey, SecretBytes, type MacKey } from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import type { CacheLimits } from "../domain/lookup-cache/bounded-cache.ts";
import type { NodeIdentity } from "../domain/node/node-identity.ts";
import { assertPrivate, readWholeFile } from "../platform/files.ts";
import type { Effects } from "./effects.ts";
import type { EventLog } from "./event-log.ts";
import type { OutageConfig, WebhookConfig } from "./outage-settings.ts";
import { SpoolFile } from "./spool-file.ts";
import { SpoolShipper } from "./spool-shipper.ts";
import type { StateDirectory } from "./state-directory.ts";
import { Webhook } from "./webhook.ts";

/** What the node has for the time when the database is away, and to tell people by. */
export interface OutageParts {
  readonly lookupCache: CacheLimits;
  readonly spool: SpoolShipper;
  readonly webhook: Webhook | undefined;
  /** Sends what waits and closes the file; the spool's contents stay for the next run. */
  stop(): Promise<void>;
}

export interface OutagePartsDeps extends Effects {
  readonly config: OutageConfig;
  readonly directory: StateDirectory;
  readonly self: NodeIdentity;
  readonly events: EventLog;
}

/** Throws `file-unreadable`, `file-unwritable`, `configuration-invalid`. */
export async function makeOutageParts(deps: OutagePartsDeps): Promise<OutageParts> {
  const { config, directory, events } = deps;
  const webhook =
    config.webhook === undefined ? undefined : await makeWebhook(deps, config.webhook);
  const { spoolBytesMax } = config.audit;
  const { spool: file, cutBytes } = await SpoolFile.open(directory.spoolPath, spoolBytesMax);
  if (cutBytes > 0) {
    events.raise("audit.spool-cut", { bytes: cutBytes });
  }
  if (config.lookupCache.timeoutMs === 0) {
    events.raise("lookup-cache.off");
  }
  return {
    lookupCache: config.lookupCache,
    spool: new SpoolShipper({ ...deps, spool: file }),
    webhook,
    stop: async () => {
      await webhook?.stop();
      await file.close();
    },
  };
}

async function makeWebhook(deps: OutagePartsDeps, config: WebhookConfig): Promise<Webhook> {
  const { self, events } = deps;
  const { url, secretFile, severity } = config;
  const webhook = new Webhook({
    ...deps,
    url,
    severity,
    key: secretFile === undefined ? undefined : await readKey(deps.directory, secretFile),
    sender: { systemId: self.systemId, nodeId: self.nodeId, nodeName: self.name },
    idOf: (event) => events.idOf(event),
    fetch: globalThis.fetch,
  });
  events.listen((event) => {
    webhook.offer(event);
  });
  return webhook;
}

const SECRET_BYTES_MIN = 16;

/** The first line of the file, which nobody else may read. */
async function readKey(directory: StateDirectory, secretFile: string): Promise<MacKey> {
  const path = isAbsolute(secretFile) ? secretFile : join(directory.path, secretFile);
  const bytes = await readWholeFile(path);
  await assertPrivate(path);
  const lineEnd = bytes.indexOf(0x0a);
  using secret = SecretBytes.copyOf(lineEnd < 0 ? bytes : bytes.subarray(0, lineEnd));
  bytes.fill(0);
  if (secret.length < SECRET_BYTES_MIN) {
    throw new CodedError("configuration-invalid", {
      detail:
        `webhook.secretFile: ${path} must have at least ${String(SECRET_BYTES_MIN)} bytes in its ` +
        "first line; write one with: head -c 32 /dev/urandom | base64",
    });
  }
  return messageKey(secret);
}
