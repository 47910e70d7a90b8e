/**
 * Writes the vectors of keys, sealed values and stamps. Run by hand when a format version is new;
 * vectors of a version that was released are never written again.
 */
import { writeFileSync } from "node:fs";
import { AssociatedData } from "../src/associated-data.ts";
import {
  fromHex,
  newSystemId,
  optionalField,
  parseSystemId,
  SecretBytes,
  sealValue,
  hashRequest,
  stampRow,
  text,
  toHex,
} from "../src/index.ts";
import { deriveApplicationKey, derivePurposeKey } from "../src/purpose-keys.ts";
import { encodeSealedHeader } from "../src/sealed-header.ts";
import { seededRandom } from "./statement-fixtures.ts";
import {
  type ContextVector,
  contextOf,
  type KeyVector,
  type RequestHashVector,
  type Refusal,
  ringOf,
  type RingVector,
  type RowVector,
  rowOf,
  type SealedValueVector,
  type StampVector,
  type Vectors,
} from "./value-vectors.ts";

const NOTICE = "The master secrets in this file are published, and protect nothing.";

const ring: RingVector = {
  systemId: newSystemId(seededRandom("vectors")),
  version: 3,
  secret: toHex(text("chatelaine test secret, not real")),
};
const otherSystem = { systemId: newSystemId(seededRandom("other vectors")) };
const otherSecret = { secret: toHex(text("another secret, no more real yet")) };

const mapping: ContextVector = {
  applicationId: "app_sap",
  generation: 2,
  kind: "mapping-credentials",
  naturalKey: [hex("https://idp.example"), hex("ada@corp.example")],
  revision: "0000000000000007",
};
const bag: ContextVector = {
  applicationId: "app_orders",
  generation: 0,
  kind: "config-item",
  naturalKey: [hex("{6f1e}")],
  revision: "00",
};
const ofSystem: ContextVector = { ...bag, applicationId: "", kind: "webhook", naturalKey: [] };

const values = [
  sealedValue("mapping", ring, mapping, "pässword"),
  sealedValue("empty bag", ring, bag, ""),
  sealedValue("value of the system", ring, ofSystem, "a longer value, of more than one block"),
  sealedValue("highest numbers", highest(ring), { ...mapping, generation: 0xffff_ffff }, "x"),
];

write<SealedValueVector>("sealed-value", {
  notice: NOTICE,
  accepted: values,
  refused: [
    ...values.flatMap(refusedValues),
    ...refusedContexts("mapping"),
    {
      name: "another identifier",
      of: "empty bag",
      code: "open-failed",
      context: { naturalKey: [hex("{6f1f}")] },
    },
  ],
});

const grant: RowVector = {
  table: "grant",
  revision: "01",
  primaryKey: [hex("app_sap"), hex("CORP\\admins")],
  columns: [hex("administrator"), toHex(optionalField(undefined)), toHex(optionalField(text("")))],
};
const stamps = [
  stamp("grant", ring, grant),
  stamp("empty row", ring, { table: "t", revision: "", primaryKey: [], columns: [] }),
];

write<StampVector>("stamp", {
  notice: NOTICE,
  accepted: stamps,
  refused: stamps.flatMap(refusedStamps).concat(refusedRows("grant")),
});

const hashes = [requestHash("a write", "config.set /a"), requestHash("nothing", "")];
write<RequestHashVector>("request-hash", {
  notice: NOTICE,
  accepted: hashes,
  refused: hashes.flatMap(({ name, hash }) => [
    {
      name: "a flipped bit",
      of: name,
      code: "not-authentic",
      flippedBits: [0, hash.length * 4 - 1],
    },
    { name: "another length", of: name, code: "malformed", lengths: [0, hash.length / 2 - 1] },
    { name: "a byte more", of: name, code: "malformed", appended: "00" },
    {
      name: "another system",
      of: name,
      code: "not-authentic",
      ring: { systemId: "aaaaaaaaaaaaaaaaaaaaaaaaaa" },
    },
  ]),
});

write<KeyVector>("keys", {
  notice: NOTICE,
  accepted: [
    ...(["system-value", "ticket", "stamp", "idempotency", "check"] as const).map((purpose) =>
      key(purpose, "", 0),
    ),
    key("value", "app_sap", 0),
    key("value", "app_sap", 1),
    key("value", "e\u0301", 0xffff_ffff),
  ],
  refused: [],
});

function refusedValues({ name, sealed }: SealedValueVector): readonly Refusal[] {
  const bytes = sealed.length / 2;
  const cut = (length: number, tag: number): Refusal => ({
    name: `a tag of ${tag.toString()} bytes`,
    of: name,
    code: length < 49 ? "malformed" : "open-failed",
    lengths: [length, length],
  });
  return [
    flip(name, "a bit of the format version", 0, 7, "unknown-version"),
    flip(name, "a bit of the version, generation, nonce, ciphertext or tag", 8, bytes * 8 - 1),
    { name: "nothing", of: name, code: "malformed", lengths: [0, 0] },
    { name: "too short for any value", of: name, code: "malformed", lengths: [1, 48] },
    ...[4, 8, 12, 15].map((tag) => cut(bytes - 16 + tag, tag)),
    { name: "a byte after its end", of: name, code: "open-failed", appended: "00" },
    { name: "itself after its end", of: name, code: "open-failed", appended: sealed },
    { name: "another secret", of: name, code: "open-failed", ring: otherSecret },
    { name: "another system", of: name, code: "open-failed", ring: otherSystem },
    { name: "a keyring without its version", of: name, code: "open-failed", ring: { version: 4 } },
    ...(bytes > 49
      ? [
          {
            name: "cut in its tag",
            of: name,
            code: "open-failed",
            lengths: [49, bytes - 1],
          } as const,
        ]
      : []),
  ];
}

function refusedContexts(of: string): readonly Refusal[] {
  const [issuer = "", subject = ""] = mapping.naturalKey;
  const contexts: Readonly<Record<string, Partial<ContextVector>>> = {
    "another owner": { naturalKey: [issuer, hex("eve@corp.example")] },
    "another issuer": { naturalKey: [hex("https://idp2.example"), subject] },
    "issuer and subject exchanged": { naturalKey: [subject, issuer] },
    "issuer and subject as one part": { naturalKey: [issuer + subject] },
    "no owner": { naturalKey: [] },
    "another part": { naturalKey: [issuer, subject, ""] },
    "another application": { applicationId: "app_crm" },
    "another generation": { generation: 1 },
    "another kind": { kind: "config-item" },
    "another revision": { revision: "0000000000000008" },
    "a longer revision": { revision: "000000000000000700" },
  };
  const refused = Object.entries(contexts).map(([name, context]): Refusal => ({
    name,
    of,
    code: "open-failed",
    context,
  }));
  const others = values.filter(({ name }) => name !== of && name !== "highest numbers");
  return refused.concat(
    others.map(({ name, sealed }): Refusal => {
      return {
        name: `the value of ${name} in its place`,
        of,
        code: "open-failed",
        replaced: sealed,
      };
    }),
    {
      name: "an older generation's header over the same bytes",
      of,
      code: "open-failed",
      replaced: withGeneration(1),
      context: { generation: 1 },
    },
  );
}

function withGeneration(generation: number): string {
  const [{ sealed } = { sealed: "" }] = values;
  return toHex(encodeSealedHeader({ version: ring.version, generation })) + sealed.slice(18);
}

function refusedStamps({ name }: StampVector): readonly Refusal[] {
  return [
    flip(name, "a bit of its version or MAC", 0, 36 * 8 - 1, "not-authentic"),
    { name: "too short", of: name, code: "malformed", lengths: [0, 35] },
    { name: "a byte after its end", of: name, code: "malformed", appended: "00" },
    { name: "another secret", of: name, code: "not-authentic", ring: otherSecret },
    { name: "another system", of: name, code: "not-authentic", ring: otherSystem },
    {
      name: "a keyring without its version",
      of: name,
      code: "not-authentic",
      ring: { version: 4 },
    },
  ];
}

function refusedRows(of: string): readonly Refusal[] {
  const [application = "", group = ""] = grant.primaryKey;
  const [role = "", absent = "", empty = ""] = grant.columns;
  const rows: Readonly<Record<string, Partial<RowVector>>> = {
    "another table": { table: "mapping" },
    "another revision": { revision: "02" },
    "another key": { primaryKey: [application, hex("CORP\\users")] },
    "key columns exchanged": { primaryKey: [group, application] },
    "another column": { columns: [hex("owner"), absent, empty] },
    "columns exchanged": { columns: [role, empty, absent] },
    "empty instead of absent": { columns: [role, empty, empty] },
    "a column less": { columns: [role, absent] },
    "a column more": { columns: [role, absent, empty, ""] },
    "a key column among the columns": {
      primaryKey: [application],
      columns: [group, role, absent, empty],
    },
  };
  return Object.entries(rows).map(([name, row]) => ({ name, of, code: "not-authentic", row }));
}

function flip(
  of: string,
  name: string,
  first: number,
  last: number,
  code: Refusal["code"] = "open-failed",
): Refusal {
  return { name, of, code, flippedBits: [first, last] };
}

function sealedValue(
  name: string,
  of: RingVector,
  context: ContextVector,
  plaintext: string,
): SealedValueVector {
  const header = encodeSealedHeader({ version: of.version, generation: context.generation });
  const systemId = parseSystemId(of.systemId);
  const bound = new AssociatedData(systemId, context.applicationId, header).of(contextOf(context));
  const random = seededRandom(name);
  const sealed = sealValue(ringOf(of), random, contextOf(context), text(plaintext));
  return {
    name,
    ...of,
    context,
    plaintext: hex(plaintext),
    associatedData: toHex(bound),
    sealed: toHex(sealed),
  };
}

function stamp(name: string, of: RingVector, row: RowVector): StampVector {
  return { name, ...of, row, stamp: toHex(stampRow(ringOf(of), rowOf(row))) };
}

function requestHash(name: string, request: string): RequestHashVector {
  return {
    name,
    ...ring,
    request: hex(request),
    hash: toHex(hashRequest(ringOf(ring), text(request))),
  };
}

function key(
  purpose: Parameters<typeof derivePurposeKey>[1] | "value",
  applicationId: string,
  generation: number,
): KeyVector {
  const systemId = parseSystemId(ring.systemId);
  const secret = SecretBytes.take(fromHex(ring.secret));
  const master = { systemId, number: ring.version, secret };
  const derived =
    purpose === "value"
      ? deriveApplicationKey(master, applicationId, generation)
      : derivePurposeKey(master, purpose);
  return { ...ring, purpose, applicationId, generation, key: derived.export().toString("hex") };
}

function highest(of: RingVector): RingVector {
  return { ...of, version: 0xffff_ffff };
}

function hex(value: string): string {
  return toHex(text(value));
}

function write<A>(file: string, vectors: Vectors<A>): void {
  const url = new URL(`./vectors/${file}.json`, import.meta.url);
  writeFileSync(url, `${JSON.stringify(vectors, undefined, 2)}\n`);
}
