/** `newer-backup FILE NEWER PASSPHRASE`: a backup as a later release might write it. */
import { readFileSync, writeFileSync } from "node:fs";
import { decryptBackup, encryptBackup } from "@chatelaine/backup";
import { SecretBytes } from "@chatelaine/crypto";

const [file = "", newer = "", passphraseFile = ""] = process.argv.slice(2);
const words = readFileSync(passphraseFile, "utf8").trim();
using passphrase = SecretBytes.copyOf(new TextEncoder().encode(words));
using contents = await decryptBackup(readFileSync(file), passphrase);
using changed = SecretBytes.copyOf(
  contents.use((bytes) => {
    const text = Buffer.from(bytes).toString("latin1");
    return Buffer.from(text.replace("chatelaine/backup/v1", "chatelaine/backup/v2"), "latin1");
  }),
);
writeFileSync(newer, await encryptBackup(changed, passphrase), { mode: 0o600 });
