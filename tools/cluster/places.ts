/** Where the nodes of `npm run cluster` keep their state, and where they listen. */
import { existsSync } from "node:fs";
import * as path from "node:path";
import { ROOT } from "../project-files.ts";

const DIRECTORY = "data-cluster";
export const CLUSTER_DIRECTORY = path.join(ROOT, DIRECTORY);
export const DATABASE_FILE = path.join(CLUSTER_DIRECTORY, "sso.db");
export const BACKUP_FILE = path.join(CLUSTER_DIRECTORY, "backup", "master-secret.age");
export const PASSPHRASE_FILE = path.join(CLUSTER_DIRECTORY, "backup", "passphrase.txt");

/** Above that of `npm start`, which may run beside it. */
const CALLERS_PORT = 4880;
const PEERS_PORT = 4890;

/** One node. */
export class Place {
  readonly name: string;
  /** `HOST:PORT` for callers, and for other nodes. */
  readonly callers: string;
  readonly peers: string;

  constructor(number: number) {
    this.name = `sso${String(number)}`;
    this.callers = `127.0.0.1:${String(CALLERS_PORT + number)}`;
    this.peers = `127.0.0.1:${String(PEERS_PORT + number)}`;
  }

  get stateDirectory(): string {
    return path.join(CLUSTER_DIRECTORY, this.name);
  }

  /** The state directory as a user types it, in the root of the clone. */
  get shown(): string {
    return `${DIRECTORY}/${this.name}`;
  }

  get isThere(): boolean {
    return existsSync(path.join(this.stateDirectory, "identity.json"));
  }
}

export const NODES = [new Place(1), new Place(2), new Place(3)] as const;
