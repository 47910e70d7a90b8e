/** A secret as it could lie somewhere: its bytes in the encodings that programs write. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
}

export function needlesOf(secret: string): readonly Needle[] {
  const utf16 = Buffer.from(secret, "utf16le");
  const hex = Buffer.from(secret).toString("hex");
  return [
    { encoding: "UTF-8", bytes: Buffer.from(secret) },
    { encoding: "UTF-16LE", bytes: utf16 },
    { encoding: "UTF-16BE", bytes: Buffer.from(utf16).swap16() },
    { encoding: "hex", bytes: Buffer.from(hex) },
    { encoding: "HEX", bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((offset) => ({
      encoding: `base64 at ${offset}`,
      bytes: Buffer.from(base64At(secret, offset)),
    })),
  ];
}

/** Encodings in which the secret is somewhere in the bytes. */
export function foundIn(bytes: Buffer, needles: readonly Needle[]): readonly string[] {
  return needles.filter((needle) => bytes.includes(needle.bytes)).map(({ encoding }) => encoding);
}

/** The characters that only the secret decides, if `offset` bytes (modulo 3) come before it. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((bytes.length * 8) / 6);
  return bytes.toString("base64").slice(first, last);
}
