import { Worker } from "node:worker_threads";
import {
  type BackupContents,
  CryptoError,
  decodeBackup,
  isBackupPayload,
  newBytes,
  SecretBytes,
} from "@chatelaine/crypto";
import { FILE_BYTES_MAX, WORK_FACTOR, WORK_FACTOR_MAX } from "./age-header.ts";
import type { AgeJob, AgeResult } from "./age-job.ts";
import { ageWorkerUrl } from "./age-worker-url.ts";
import { BackupError } from "./backup-error.ts";
import { invariant } from "./invariant.ts";

const WORK_FACTOR_MIN = 1;

interface WorkerOptions {
  /** Where the worker's file is, if not beside this one. */
  readonly workerUrl?: URL;
}

export interface DecryptOptions extends WorkerOptions {
  /** The highest work factor that is read: 18 unless given, at most 20. */
  readonly workFactorMax?: number;
}

export interface EncryptOptions extends WorkerOptions {
  /** Base-2 logarithm of the rounds of scrypt: 18 unless given; less is for tests. */
  readonly workFactor?: number;
}

/**
 * The backup file: an armored age file which holds `contents` and opens with `passphrase` (UTF-8).
 * Both stay the caller's. Takes about a second, in a worker.
 */
export async function encryptBackup(
  contents: SecretBytes,
  passphrase: SecretBytes,
  options: EncryptOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const workFactor = options.workFactor ?? WORK_FACTOR;
  assertWorkFactor(workFactor, WORK_FACTOR);
  const job = { input: copyOf(contents), passphrase: copyOf(passphrase), workFactor };
  return await runInWorker({ kind: "encrypt", ...job }, options.workerUrl);
}

/**
 * What was put into a backup file, armored or binary; it becomes the caller's. Throws
 * `BackupError`: each of its codes stands for another reason. Takes about a second, in a worker.
 */
export async function decryptBackup(
  file: Uint8Array,
  passphrase: SecretBytes,
  options: DecryptOptions = {},
): Promise<SecretBytes> {
  const workFactorMax = options.workFactorMax ?? WORK_FACTOR;
  assertWorkFactor(workFactorMax, WORK_FACTOR_MAX);
  if (file.length > FILE_BYTES_MAX) {
    throw new BackupError("backup-not-a-backup", "the file is too large to be a backup");
  }
  const input = newBytes(file.length);
  input.set(file);
  const job = { input, passphrase: copyOf(passphrase), workFactorMax };
  return SecretBytes.take(await runInWorker({ kind: "decrypt", ...job }, options.workerUrl));
}

/** `decryptBackup` and `readBackupPayload` in one. The contents become the caller's. */
export async function openBackup(
  file: Uint8Array,
  passphrase: SecretBytes,
  options: DecryptOptions = {},
): Promise<BackupContents> {
  using payload = await decryptBackup(file, passphrase, options);
  return readBackupPayload(payload);
}

/**
 * The contents of what `decryptBackup` gave, copied. Throws `backup-not-a-backup`,
 * `backup-newer-format` or `backup-damaged`.
 */
export function readBackupPayload(payload: SecretBytes): BackupContents {
  try {
    if (!payload.use(isBackupPayload)) {
      const detail = "the age file opens, but what it holds is not a backup of a master secret";
      throw new BackupError("backup-not-a-backup", detail);
    }
    return decodeBackup(payload);
  } catch (error) {
    throw error instanceof CryptoError ? payloadRefusal(error) : error;
  }
}

function payloadRefusal(error: CryptoError): BackupError {
  return error.code === "unknown-version"
    ? new BackupError("backup-newer-format", "the backup was written by a later version")
    : new BackupError("backup-damaged", "the contents of the backup are damaged");
}

function assertWorkFactor(workFactor: number, max: number): void {
  const isInRange = workFactor >= WORK_FACTOR_MIN && workFactor <= max;
  invariant(isInRange, "the work factor of a backup is out of range");
}

async function runInWorker(
  job: AgeJob,
  workerUrl = ageWorkerUrl(),
): Promise<Uint8Array<ArrayBuffer>> {
  const transferList = [job.input.buffer, job.passphrase.buffer];
  const worker = new Worker(workerUrl, { workerData: job, transferList });
  try {
    const result = await resultOf(worker);
    if (result.kind === "refused") {
      throw new BackupError(result.code, result.detail);
    }
    return result.output;
  } finally {
    await worker.terminate();
  }
}

function resultOf(worker: Worker): Promise<AgeResult> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => {
      reject(new WorkerEnded());
    });
  });
}

/** The worker ended without an answer: its file is not the worker's, or memory ran out. */
class WorkerEnded extends Error {
  override readonly name = "WorkerEnded";
}

function copyOf(secret: SecretBytes): Uint8Array<ArrayBuffer> {
  return secret.use((bytes) => {
    const copy = newBytes(bytes.length);
    copy.set(bytes);
    return copy;
  });
}
