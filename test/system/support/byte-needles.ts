/** Bytes that a secret would have left, had somebody written it down in some way. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** The two halves of a key: what frees memory writes over the beginning of it. */
export function rawNeedlesOf(name: string, key: Uint8Array): readonly Needle[] {
  const half = key.length / 2;
  return [
    { encoding: `${name}, first half`, bytes: Buffer.from(key.subarray(0, half)) },
    { encoding: `${name}, second half`, bytes: Buffer.from(key.subarray(half)) },
  ];
}

/** Also as text: in hex and base64, in one and in two bytes for each character. */
export function needlesOf(name: string, key: Uint8Array): readonly Needle[] {
  const raw = Buffer.from(key);
  const hex = raw.toString("hex");
  const texts = [
    { encoding: "hex", text: hex },
    { encoding: "HEX", text: hex.toUpperCase() },
    ...[0, 1, 2].flatMap((offset) => {
      const text = base64At(raw, offset);
      const url = text.replaceAll("+", "-").replaceAll("/", "_");
      return [
        { encoding: `base64 at ${offset}`, text },
        { encoding: `base64url at ${offset}`, text: url },
      ];
    }),
  ];
  return [
    ...rawNeedlesOf(name, key),
    ...texts.flatMap(({ encoding, text }) => [
      { encoding: `${name}, ${encoding}`, bytes: Buffer.from(text) },
      { encoding: `${name}, ${encoding} in UTF-16`, bytes: Buffer.from(text, "utf16le") },
    ]),
  ];
}

/** Encodings in which the secret is somewhere in the bytes. */
export function foundIn(bytes: Buffer, needles: readonly Needle[]): readonly string[] {
  return needles.filter((needle) => bytes.includes(needle.bytes)).map(({ encoding }) => encoding);
}

/** The characters that only the secret decides, if `offset` bytes (modulo 3) come before it. */
function base64At(secret: Buffer, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), secret]);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((bytes.length * 8) / 6);
  return bytes.toString("base64").slice(first, last);
}
