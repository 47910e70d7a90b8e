import { createSecureContext } from "node:tls";
import { equalBytes } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { ListenerCertificate } from "../http/http-server.ts";
import { readWholeFile } from "../platform/files.ts";
import type { Logger } from "../platform/logger.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** How often the files are looked at: certificates are renewed days before they end. */
const REREAD_MS = 60_000;

/** The operator's certificate for callers, read again when its files have changed. */
export class CallerCertificate {
  readonly #files: CertificateFiles;
  readonly #scheduler: Scheduler;
  readonly #logger: Logger;
  #current: ListenerCertificate;
  #cancel: Cancel | undefined;

  private constructor(
    files: CertificateFiles,
    scheduler: Scheduler,
    logger: Logger,
    current: ListenerCertificate,
  ) {
    this.#files = files;
    this.#scheduler = scheduler;
    this.#logger = logger;
    this.#current = current;
  }

  /** Throws `file-unreadable`; `configuration-invalid` if the files hold no certificate with its key. */
  static async load(
    files: CertificateFiles,
    scheduler: Scheduler,
    logger: Logger,
  ): Promise<CallerCertificate> {
    return new CallerCertificate(files, scheduler, logger, await read(files));
  }

  get current(): ListenerCertificate {
    return this.#current;
  }

  /** Tells when there is another one, until `stop`. */
  watch(changed: () => void): void {
    this.#cancel = this.#scheduler.after(REREAD_MS, () => {
      void this.reread().then((isChanged) => {
        if (isChanged) {
          changed();
        }
        if (this.#cancel !== undefined) {
          this.watch(changed);
        }
      });
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whether there is another one now. What cannot be used is told, and the old one stays. */
  async reread(): Promise<boolean> {
    try {
      const next = await read(this.#files);
      if (isSame(next, this.#current)) {
        return false;
      }
      this.#current = next;
      this.#logger.log("info", "tls.certificate-changed", { file: this.#files.certificateFile });
      return true;
    } catch (error) {
      if (!isCoded(error)) {
        throw error;
      }
      // Perhaps only one of the two has been replaced yet.
      this.#logger.log("warn", "tls.certificate-not-changed", { reason: error.message });
      return false;
    }
  }
}

async function read({ certificateFile, keyFile }: CertificateFiles): Promise<ListenerCertificate> {
  const cert = Buffer.from((await readWholeFile(certificateFile)).buffer);
  const key = Buffer.from((await readWholeFile(keyFile)).buffer);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new CodedError("configuration-invalid", {
      detail:
        `tls.certificateFile, tls.keyFile: ${certificateFile} and ${keyFile} are not a ` +
        "certificate and its private key, in PEM and not encrypted",
      cause,
    });
  }
  return { cert, key };
}

function isSame(one: ListenerCertificate, other: ListenerCertificate): boolean {
  return (
    equalBytes(bytesOf(one.cert), bytesOf(other.cert)) &&
    equalBytes(bytesOf(one.key), bytesOf(other.key))
  );
}

function bytesOf(pem: string | Buffer): Uint8Array {
  return typeof pem === "string" ? Buffer.from(pem) : pem;
}
