/** Encrypting and decrypting age files with the kept library. Blocks for about a second. */
import { Decrypter, Encrypter, type Identity } from "age-encryption";
import { concat } from "@chatelaine/crypto";
import { withArmor, withoutArmor } from "./age-armor.ts";
import { checkAgeHeader } from "./age-header.ts";
import { BackupError } from "./backup-error.ts";

/**
 * The armored age file of `contents`. The caller erases what it passed; the library's own working
 * copies of clear text are out of reach, and go with the memory of the worker this runs in.
 */
export async function encryptAgeFile(
  contents: Uint8Array,
  passphrase: Uint8Array,
  workFactor: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(asAgePassphrase(passphrase));
  encrypter.setScryptWorkFactor(workFactor);
  return withArmor(await encrypter.encrypt(contents));
}

/**
 * The contents of an age file, armored or binary, whose work factor is not above the limit. Throws
 * `BackupError`.
 */
export async function decryptAgeFile(
  file: Uint8Array,
  passphrase: Uint8Array,
  workFactorMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const binary = withoutArmor(file);
  checkAgeHeader(binary, workFactorMax);
  const decrypter = new Decrypter();
  const afterPassphrase = new NextIdentity();
  decrypter.addPassphrase(asAgePassphrase(passphrase));
  decrypter.addIdentity(afterPassphrase);
  try {
    return await readAll(await decrypter.decrypt(streamOf(binary)));
  } catch {
    // The library refuses with plain errors; which step refused is told by how far it came.
    throw afterPassphrase.wasAsked
      ? new BackupError("backup-wrong-passphrase", "the file does not open with this passphrase")
      : new BackupError("backup-damaged", "the age file is damaged");
  }
}

/**
 * Opens nothing. Identities are tried in order, and none after the first that fits: if this one is
 * asked, the passphrase before it did not fit.
 */
class NextIdentity implements Identity {
  wasAsked = false;

  unwrapFileKey(): null {
    this.wasAsked = true;
    return null;
  }
}

/**
 * The library says that it takes a string, and hands it on to an scrypt that takes bytes as well.
 * With bytes, the passphrase can be overwritten afterwards, which no string can. The tests against
 * the age program and the vectors of the format would notice if that changed.
 */
function asAgePassphrase(passphrase: Uint8Array): string {
  return passphrase as unknown as string;
}

function streamOf(file: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(file);
      controller.close();
    },
  });
}

/** Everything in the stream, in one buffer; the pieces, which are clear text, are overwritten. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of stream) {
      pieces.push(piece);
    }
    return concat(...pieces);
  } finally {
    for (const piece of pieces) {
      piece.fill(0);
    }
  }
}
