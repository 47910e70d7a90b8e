import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CryptoError, type CryptoFault } from "./crypto-error.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { openSsoExport, SSO_EXPORT_BYTES_MAX } from "./sso-export.ts";

// Made up, and encrypted by the OpenSSL command:
// openssl enc -des-ede -K "$(printf PASSWORD | openssl md5 -r | cut -d' ' -f1)" -base64 -A
const PASSWORD = "Wherry-Lantern-7";
const XML =
  '<SSOApplicationExport><applicationData><add key="ConnectionString" value="Server=db;Password=lintel-9" /><add key="Retries" value="3" /></applicationData></SSOApplicationExport>';
const FILE =
  "YbLFOKV01Xd4yng12l/u3ReW2H2ecxaZhzQ+IuM3nsga7pAfgOTsC0gFkNBHZE79lGgsVxANTgSDOLHHRX6C7Z8yJBhUmhi7EBjR7ieNg4aHOZm1rTaBbgWy/6RTpitd2bpjaqxWgifBDMoWpssfJR+vaqoHaGx+ihTiw8igxQwsmbt3k5It4DClDmckToGQ7HaLvEoBKyuUnrDgFVidA4c0PiLjN57I+H/J6jaME3XXUa8wBIn2KQ==";
/** `x` under "Pässword": opens, and is no XML. */
const NOT_XML = "l3NdsIDCDBs=";

const bytes = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const password = (value: string): SecretBytes => SecretBytes.take(bytes(value));

function open(file: string, word = PASSWORD): string {
  return openSsoExport(bytes(file), password(word)).use((xml) => new TextDecoder().decode(xml));
}

function refuses(code: CryptoFault, file: string, word?: string): void {
  assert.throws(
    () => open(file, word),
    (error) => error instanceof CryptoError && error.code === code,
  );
}

describe("openSsoExport", () => {
  it("opens what OpenSSL encrypts the same way", () => {
    assert.equal(open(FILE), XML);
  });

  it("takes a byte order mark and line ends around the base64", () => {
    assert.equal(open(`\ufeff${FILE.replace(/.{76}/g, "$&\r\n")}\n`), XML);
  });

  it("refuses another password", () => {
    refuses("open-failed", FILE, "Wherry-Lantern-8");
  });

  it("refuses what opens and is no XML", () => {
    refuses("open-failed", NOT_XML, "Pässword");
  });

  it("refuses what is not base64 of whole blocks", () => {
    for (const file of ["", "<settings/>", FILE.slice(4), FILE.slice(0, -3), `${FILE}!`]) {
      refuses("malformed", file);
    }
  });

  it("refuses a file beyond its limit", () => {
    refuses("malformed", "A".repeat(SSO_EXPORT_BYTES_MAX + 1));
  });

  it("leaves the password as it was", () => {
    const word = password(PASSWORD);
    openSsoExport(bytes(FILE), word);
    assert.equal(
      word.use((own) => new TextDecoder().decode(own)),
      PASSWORD,
    );
  });
});
