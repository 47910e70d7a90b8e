/** Reads the vectors that others published. */
import { readFileSync } from "node:fs";

/** One test of Wycheproof; which of the fields it has depends on the file. */
export interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly [field: string]: unknown;
}

export interface WycheproofGroup {
  readonly keySize?: number;
  readonly ivSize?: number;
  readonly tagSize?: number;
  readonly tests: readonly WycheproofTest[];
}

export interface XaesVectors {
  readonly vectors: readonly {
    readonly key: string;
    readonly nonceText: string;
    readonly plaintextText: string;
    readonly aadText: string;
    readonly ciphertext: string;
  }[];
  readonly accumulated: { readonly "10000": string; readonly "1000000": string };
}

export function readWycheproof(file: string): readonly WycheproofGroup[] {
  return (readJson(`wycheproof/${file}`) as { testGroups: readonly WycheproofGroup[] }).testGroups;
}

export function readXaesVectors(): XaesVectors {
  return readJson("xaes-256-gcm.json") as XaesVectors;
}

/** The bytes of a hexadecimal field. */
export function bytesOf(test: WycheproofTest, field: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(String(test[field]), "hex"));
}

function readJson(file: string): unknown {
  const url = new URL(`./vectors/published/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}
