import { isAbsolute, join, relative, resolve } from "node:path";
import { CryptoError, NodeKeys, SecretBytes, type NodeId } from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import type { Seen, SeenStore } from "../domain/charter/seen.ts";
import type { JoiningStateDirectory } from "../domain/membership/join-system.ts";
import type { NewStateDirectory } from "../domain/system/new-state-directory.ts";
import type { NodeIdentity, NodeSelf } from "../domain/node/node-identity.ts";
import {
  assertPrivate,
  ensurePrivateDirectory,
  fileExists,
  readWholeFile,
  removeEmptyDirectory,
  removeFile,
  renameDurably,
  replaceFile,
} from "../platform/files.ts";
import type { DatabaseLocator } from "./database-locator.ts";
import { parseCertificates, renderCertificates } from "./certificate-file.ts";
import { parseIdentity, parseSeen, renderIdentity, renderSeen } from "./state-files.ts";

/** Names of the files in a state directory. `identity.json` makes it one. */
const FILES = {
  identity: "identity.json",
  nodeKey: "node.key",
  nextNodeKey: "node.key.next",
  /** While a node is joining: the keys, and whose they will be. */
  joiningNodeKey: "node.key.joining-",
  certificate: "certificate.pem",
  seen: "seen.json",
  databaseUrl: "database-url",
  config: "config.json",
  lock: "lock",
  socket: "node.sock",
  database: "sso.db",
  spool: "disclosures.spool",
} as const;

/** The longest path of a Unix socket (sockaddr_un) that every system takes, in bytes. */
const SOCKET_PATH_BYTES_MAX = 103;

/** A node's own files: who it is, its keys, and the highest it has seen. */
export class StateDirectory implements SeenStore {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get socketPath(): string {
    return join(this.path, FILES.socket);
  }

  get lockPath(): string {
    return join(this.path, FILES.lock);
  }

  /** Disclosures that the database could not take yet. */
  get spoolPath(): string {
    return join(this.path, FILES.spool);
  }

  /** Where the embedded database lies unless somebody chose another place. */
  get embeddedDatabasePath(): string {
    return join(this.path, FILES.database);
  }

  isThere(): Promise<boolean> {
    return fileExists(join(this.path, FILES.identity));
  }

  /** Throws `state-directory-unsafe` if others could read any of it. */
  async assertSafe(): Promise<void> {
    await assertPrivate(this.path);
    for (const name of [
      FILES.identity,
      FILES.nodeKey,
      FILES.seen,
      FILES.databaseUrl,
      FILES.spool,
    ]) {
      if (await fileExists(join(this.path, name))) {
        await assertPrivate(join(this.path, name));
      }
    }
    if (Buffer.byteLength(this.socketPath) > SOCKET_PATH_BYTES_MAX) {
      throw new CodedError("state-directory-unsafe", {
        detail: `${this.path} is too long a path for the node's socket; choose a shorter one`,
      });
    }
  }

  /**
   * Throws `backup-inside-state-directory`: a backup beside what it is to save would be lost
   * with it.
   */
  assertOutside(backupFile: string): void {
    const path = relative(this.path, resolve(backupFile));
    if (path === "" || !(path.startsWith("..") || isAbsolute(path))) {
      throw new CodedError("backup-inside-state-directory", {
        detail:
          `${backupFile} lies in the state directory ${this.path}; ` +
          "put the backup on another disk, or at least elsewhere",
      });
    }
  }

  /** Throws `system-not-found`, `state-directory-damaged`. */
  async load(): Promise<Seen> {
    return parseSeen(await this.#readText(FILES.seen));
  }

  async save(seen: Seen): Promise<void> {
    await replaceFile(join(this.path, FILES.seen), utf8(renderSeen(seen)));
  }

  /** The node with its keys. Throws `system-not-found`, `state-directory-damaged`. */
  async self(): Promise<NodeSelf> {
    const { identity } = await this.#identity();
    if (!(await fileExists(join(this.path, FILES.nodeKey)))) {
      throw damaged(FILES.nodeKey, undefined);
    }
    return { ...identity, keys: await this.#keysIn(FILES.nodeKey) };
  }

  /** The last certificate of this node, DER, the leaf first; undefined if there is none yet. */
  async certificate(): Promise<readonly Uint8Array[] | undefined> {
    const path = join(this.path, FILES.certificate);
    return (await fileExists(path)) ? parseCertificates(await readWholeFile(path)) : undefined;
  }

  async keepCertificate(chain: readonly Uint8Array[]): Promise<void> {
    await replaceFile(join(this.path, FILES.certificate), renderCertificates(chain));
  }

  async locator(): Promise<DatabaseLocator> {
    const { locator } = await this.#identity();
    return locator.kind === "sqlite" && !isAbsolute(locator.path)
      ? { kind: "sqlite", path: join(this.path, locator.path) }
      : locator;
  }

  /** The PostgreSQL URL, which may hold a password. */
  async databaseUrl(): Promise<string> {
    return (await this.#readText(FILES.databaseUrl)).trim();
  }

  async configText(): Promise<string | undefined> {
    const path = join(this.path, FILES.config);
    return (await fileExists(path))
      ? new TextDecoder().decode(await readWholeFile(path))
      : undefined;
  }

  /** A new state directory at this path, for a database found by `locator`. */
  create(
    locator: DatabaseLocator,
    databaseUrl: string | undefined,
    alreadyThere: "system-exists" | "state-not-lost",
    nextKeyName: string = FILES.nextNodeKey,
  ): NewStateDirectory {
    let madeDirectory = false;
    const nextKey = join(this.path, nextKeyName);
    return {
      prepare: async (self) => {
        if (await this.isThere()) {
          throw new CodedError(alreadyThere, {
            detail: `${this.path} is the state directory of a node; choose another with --state-dir`,
          });
        }
        madeDirectory = await ensurePrivateDirectory(this.path);
        await assertPrivate(this.path);
        using key = self.keys.encode();
        await key.use((bytes) => replaceFile(nextKey, bytes));
      },
      publish: async (identity, seen) => {
        if (databaseUrl !== undefined) {
          await replaceFile(join(this.path, FILES.databaseUrl), utf8(`${databaseUrl}\n`));
        }
        await this.save(seen);
        await renameDurably(nextKey, join(this.path, FILES.nodeKey));
        await replaceFile(
          join(this.path, FILES.identity),
          utf8(renderIdentity(identity, this.#relative(locator))),
        );
      },
      abandon: async () => {
        await removeFile(nextKey);
        if (madeDirectory) {
          await removeEmptyDirectory(this.path);
        }
      },
    };
  }

  /**
   * A new state directory for a node that joins as `nodeId`; its database is elsewhere. `config`
   * becomes its `config.json`, unless somebody has put one there.
   */
  join(
    locator: DatabaseLocator,
    databaseUrl: string | undefined,
    nodeId: NodeId,
    config: unknown,
  ): JoiningStateDirectory {
    const keyName = FILES.joiningNodeKey + nodeId;
    const made = this.create(locator, databaseUrl, "system-exists", keyName);
    return {
      ...made,
      publish: async (identity, seen) => {
        const path = join(this.path, FILES.config);
        if (!(await fileExists(path))) {
          await replaceFile(path, utf8(`${JSON.stringify(config, undefined, 2)}\n`));
        }
        await made.publish(identity, seen);
      },
      earlierKeys: async () => {
        const path = join(this.path, keyName);
        if (!(await fileExists(path))) {
          return undefined;
        }
        await assertPrivate(path);
        return await this.#keysIn(keyName);
      },
      keepCertificate: (chain) => this.keepCertificate(chain),
    };
  }

  /** A database inside is found again when the directory is moved. */
  #relative(locator: DatabaseLocator): DatabaseLocator {
    if (locator.kind !== "sqlite") {
      return locator;
    }
    const path = relative(this.path, resolve(locator.path));
    return { kind: "sqlite", path: path.startsWith("..") ? resolve(locator.path) : path };
  }

  async #keysIn(name: string): Promise<NodeKeys> {
    using file = SecretBytes.take(await readWholeFile(join(this.path, name)));
    try {
      return NodeKeys.decode(file);
    } catch (cause) {
      if (cause instanceof CryptoError) {
        throw damaged(name, cause);
      }
      throw cause;
    }
  }

  async #identity(): Promise<{ identity: NodeIdentity; locator: DatabaseLocator }> {
    if (!(await this.isThere())) {
      throw new CodedError("system-not-found", {
        detail: `${this.path} is not the state directory of a node; make one with: chatelaine init`,
      });
    }
    return parseIdentity(await this.#readText(FILES.identity));
  }

  async #readText(name: string): Promise<string> {
    const path = join(this.path, name);
    if (!(await fileExists(path))) {
      throw damaged(name, undefined);
    }
    return new TextDecoder().decode(await readWholeFile(path));
  }
}

function damaged(name: string, cause: unknown): CodedError {
  return new CodedError("state-directory-damaged", {
    detail:
      `${name} is missing or not what this software wrote; ` +
      "bring the state directory back from a copy, or run `chatelaine node recover`",
    cause,
  });
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
