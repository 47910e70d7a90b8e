/** What is passed to the worker and back. All buffers are transferred, none is copied. */
import { decryptAgeFile, encryptAgeFile } from "./age-file.ts";
import { BackupError, type BackupFault } from "./backup-error.ts";

export type AgeJob =
  | {
      readonly kind: "encrypt";
      readonly input: Uint8Array<ArrayBuffer>;
      readonly passphrase: Uint8Array<ArrayBuffer>;
      readonly workFactor: number;
    }
  | {
      readonly kind: "decrypt";
      readonly input: Uint8Array<ArrayBuffer>;
      readonly passphrase: Uint8Array<ArrayBuffer>;
      readonly workFactorMax: number;
    };

export type AgeResult =
  | { readonly kind: "done"; readonly output: Uint8Array<ArrayBuffer> }
  | { readonly kind: "refused"; readonly code: BackupFault; readonly detail: string };

/** Does the job, and overwrites its input and passphrase with zeros. */
export function runAgeJob(job: AgeJob): Promise<AgeResult> {
  return resultOf(job).finally(() => {
    job.input.fill(0);
    job.passphrase.fill(0);
  });
}

async function resultOf(job: AgeJob): Promise<AgeResult> {
  try {
    return { kind: "done", output: await outputOf(job) };
  } catch (error) {
    if (error instanceof BackupError) {
      return { kind: "refused", code: error.code, detail: error.detail };
    }
    throw error;
  }
}

function outputOf(job: AgeJob): Promise<Uint8Array<ArrayBuffer>> {
  switch (job.kind) {
    case "encrypt":
      return encryptAgeFile(job.input, job.passphrase, job.workFactor);
    case "decrypt":
      return decryptAgeFile(job.input, job.passphrase, job.workFactorMax);
  }
}
