/** Makes the system of `npm run cluster`, with the commands that an operator gives. */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ToolError } from "../tool-error.ts";
import {
  BACKUP_FILE,
  CLUSTER_DIRECTORY,
  DATABASE_FILE,
  PASSPHRASE_FILE,
  type Place,
} from "./places.ts";
import { runChatelaine } from "./run-chatelaine.ts";

const PRIVATE = 0o700;
const PRIVATE_FILE = 0o600;

/** `init`, unless there is a system already. */
export async function foundSystem(place: Place): Promise<void> {
  if (place.isThere) {
    return;
  }
  if (fs.existsSync(CLUSTER_DIRECTORY)) {
    throw new ToolError(
      `${CLUSTER_DIRECTORY} is of a cluster that was not made to its end; remove it`,
    );
  }
  console.error("chatelaine: making a system of three nodes in ./data-cluster (once)");
  fs.mkdirSync(path.dirname(BACKUP_FILE), { recursive: true, mode: PRIVATE });
  fs.chmodSync(CLUSTER_DIRECTORY, PRIVATE);
  fs.writeFileSync(PASSPHRASE_FILE, `${randomUUID()}\n`, { mode: PRIVATE_FILE });
  await runChatelaine([
    ...["init", "--state-dir", place.stateDirectory, "--name", place.name],
    ...["--database-file", DATABASE_FILE],
    ...["--backup-to", BACKUP_FILE, "--passphrase-file", PASSPHRASE_FILE],
  ]);
  settings(place, { cluster: { listen: place.peers, advertise: place.peers } });
}

/** `node invite` on the master secret server, and `join`. */
export async function joinSystem(
  master: Place,
  place: Place,
  role: "candidate" | "member",
): Promise<void> {
  const token = path.join(CLUSTER_DIRECTORY, `${place.name}-token`);
  fs.rmSync(token, { force: true });
  await runChatelaine([
    ...["node", "invite", "--state-dir", master.stateDirectory],
    ...["--role", role, "--to", token],
  ]);
  try {
    await runChatelaine([
      ...["join", "--state-dir", place.stateDirectory, "--name", place.name],
      ...["--database-file", DATABASE_FILE],
      ...["--token-file", token, "--advertise", place.peers],
    ]);
  } finally {
    fs.rmSync(token, { force: true });
  }
  settings(place, {});
}

/** In `config.json`, so that a node can also be started by hand. */
function settings(place: Place, more: Readonly<Record<string, unknown>>): void {
  const file = path.join(place.stateDirectory, "config.json");
  const there = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as object) : {};
  const text = JSON.stringify({ ...there, listen: place.callers, ...more }, undefined, 2);
  fs.writeFileSync(file, `${text}\n`, { mode: PRIVATE_FILE });
}
