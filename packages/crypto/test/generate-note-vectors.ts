/** Writes the vectors of warrant, charter and invitation. */
import {
  type Authority,
  type NoteType,
  signCharter,
  signInvitation,
  signWarrant,
  warrantId,
} from "../src/index.ts";
import {
  makeAuthority,
  makeCharter,
  makeInvitation,
  makeWarrant,
  NODE,
  OTHER_NODE,
  OTHER_SYSTEM,
  SYSTEM,
} from "./statement-fixtures.ts";
import { type Refusal, writeVectors } from "./vector-files.ts";

const authority = makeAuthority();

/** The body of a note, signed although its lines may break the rules of their type. */
function signedBody(note: string, edit: (lines: string[]) => readonly string[]): string {
  const [type, , ...body] = note.slice(0, note.indexOf("\n\n")).split("\n");
  const types: readonly NoteType[] = ["chatelaine/warrant/v1", "chatelaine/invite/v1"];
  const known = types.find((one) => one === type) ?? "chatelaine/charter/v1";
  return authority.sign(known, SYSTEM, edit(body));
}

function replaced(note: string, from: string | RegExp, to: string): string {
  return signedBody(note, (lines) => lines.join("\n").replace(from, to).split("\n"));
}

function without(note: string, name: string): string {
  return signedBody(note, (lines) => lines.filter((line) => !line.startsWith(`${name} `)));
}

/** What every note must be refused for, whatever its type. */
function noteRefusals(
  note: string,
  sign: (by: Authority, system: typeof SYSTEM) => string,
  changed: readonly [from: string, to: string] = ["serial ", "serial 1"],
) {
  const signatureLine = note.slice(note.indexOf("\u2014"));
  const otherSystem = sign(authority, OTHER_SYSTEM);
  const otherType = authority.sign("chatelaine/drill/v1", SYSTEM, ["node x"]);
  const list: Refusal[] = [
    ["version 2", "unknown-version", note.replace("/v1\n", "/v2\n")],
    ["unknown type", "unknown-version", note.replace(/^chatelaine\/[a-z]+/, "chatelaine/letter")],
    ["another type", "not-authentic", otherType],
    ["another system", "not-authentic", otherSystem],
    ["another system's text", "not-authentic", note.replace(SYSTEM, OTHER_SYSTEM)],
    ["another key", "not-authentic", sign(makeAuthority("other authority"), SYSTEM)],
    ["another signer", "not-authentic", note.replace("/authority ", `/${NODE} `)],
    [
      "another note's signature",
      "not-authentic",
      note.replace(/\u2014.*\n/, otherType.slice(otherType.indexOf("\u2014"))),
    ],
    ["changed value", "not-authentic", note.replace(...changed)],
    ["two signatures", "malformed", note + signatureLine],
    ["no signature", "malformed", note.slice(0, note.indexOf("\u2014"))],
    ["no newline at the end", "malformed", note.slice(0, -1)],
    ["newline after the end", "malformed", `${note}\n`],
    ["text after the end", "malformed", `${note}more\n`],
    ["signature with another spelling", "malformed", note.replace(/(.)=\n$/, "$1\n")],
    ["signature cut short", "malformed", note.replace(/.{8}\n$/, "\n")],
    ["signature line with more words", "malformed", note.replace(/\n$/, " more\n")],
    ["signature line without a signature", "malformed", note.replace(/ [^ ]+\n$/, "\n")],
    ["not composed (NFC)", "malformed", note.replace("\n", "e\u0301\n")],
  ];
  return list;
}

function generateWarrant(): void {
  const note = signWarrant(authority, SYSTEM, makeWarrant());
  const bare = makeWarrant({
    role: "member",
    names: [],
    addresses: [],
    admissionSerial: 2n ** 64n - 1n,
  });
  const bareNote = signWarrant(authority, SYSTEM, bare);
  const list: Refusal[] = [
    ...noteRefusals(note, (by, system) => signWarrant(by, system, makeWarrant())),
    ["unknown role", "malformed", replaced(note, "role candidate", "role master")],
    ["serial 0", "malformed", replaced(note, "serial 1", "serial 0")],
    ["serial with leading zero", "malformed", replaced(note, "serial 1", "serial 01")],
    ["serial of 65 bits", "malformed", replaced(note, "serial 1", "serial 18446744073709551616")],
    ["serial in hexadecimal", "malformed", replaced(note, "serial 1", "serial 0x1")],
    ["no name", "malformed", without(note, "name")],
    ["no statement key", "malformed", without(note, "statement-key")],
    ["name too long", "malformed", replaced(note, "Zürich 1", "x".repeat(65))],
    ["name with an invisible character", "malformed", replaced(note, "Zürich 1", "Zürich\u202e1")],
    ["name with a space at the end", "malformed", replaced(note, "Zürich 1", "Zürich 1 ")],
    ["node id too long", "malformed", replaced(note, `node ${NODE}`, `node ${NODE}a`)],
    [
      "TLS key on another curve",
      "malformed",
      replaced(note, "tls-key MFkwEwYH", "tls-key MFkwEwYG"),
    ],
    ["HPKE key too short", "malformed", replaced(note, /hpke-key .*/, "hpke-key AAAA")],
    [
      "statement key too short",
      "malformed",
      replaced(note, /statement-key .*/, "statement-key AAAA"),
    ],
    ["DNS name with a space", "malformed", replaced(note, "localhost", "local host")],
    ["DNS name too long", "malformed", replaced(note, "localhost", "x".repeat(254))],
    ["DNS name twice", "malformed", replaced(note, "localhost", "one.sso.example")],
    ["address too long", "malformed", replaced(note, "192.0.2.7:4871", "1".repeat(256))],
    ["lines in another order", "malformed", signedBody(note, (lines) => lines.toReversed())],
    ["unknown line", "malformed", signedBody(note, (lines) => [...lines, "colour red"])],
    ["no lines", "malformed", signedBody(note, () => [])],
  ];
  const accepted = [
    { name: "candidate", bytes: note, id: warrantId(note), contents: makeWarrant() },
    { name: "member without names", bytes: bareNote, id: warrantId(bareNote), contents: bare },
  ];
  writeVectors("warrant", {
    system: SYSTEM,
    authorityKey: authority.publicKey,
    accepted,
    refused: list,
  });
}

function generateCharter(): void {
  const note = signCharter(authority, SYSTEM, makeCharter());
  const first = makeCharter({
    serial: 1n,
    keyringRevision: 1n,
    revokedNodes: [],
    revokedWarrants: [],
    versions: makeCharter().versions.filter(({ state }) => state === "primary"),
  });
  const list: Refusal[] = [
    ...noteRefusals(note, (by, system) => signCharter(by, system, makeCharter())),
    ["serial 0", "malformed", replaced(note, "serial 7", "serial 0")],
    ["serial of 65 bits", "malformed", replaced(note, "serial 7", "serial 18446744073709551616")],
    ["incarnation 0", "malformed", replaced(note, "incarnation 1", "incarnation 0")],
    ["keyring revision 0", "malformed", replaced(note, "keyring-revision 4", "keyring-revision 0")],
    ["no versions", "malformed", without(note, "version")],
    ["no primary", "malformed", replaced(note, "3 primary", "3 retired")],
    ["two primaries", "malformed", replaced(note, "2 retired", "2 primary")],
    ["version 0", "malformed", replaced(note, "version 1 ", "version 0 ")],
    ["version of 33 bits", "malformed", replaced(note, "version 5 ", "version 4294967296 ")],
    ["versions not ascending", "malformed", replaced(note, "version 5 ", "version 2 ")],
    ["one version twice", "malformed", replaced(note, "version 5 ", "version 3 ")],
    ["unknown state", "malformed", replaced(note, "2 retired", "2 resting")],
    [
      "version without a check value",
      "malformed",
      replaced(note, /(version 1 destroyed) .*/, "$1"),
    ],
    ["version without a state", "malformed", replaced(note, /(version 1) .*/, "$1")],
    ["version with more words", "malformed", replaced(note, /(version 1 .*)/, "$1 more")],
    ["check value too short", "malformed", replaced(note, /(version 1 destroyed) ../, "$1 ")],
    [
      "check value in capitals",
      "malformed",
      replaced(note, /destroyed .*/, `destroyed ${"AB".repeat(32)}`),
    ],
    [
      "revoked node is none",
      "malformed",
      replaced(note, `revoked-node ${OTHER_NODE}`, "revoked-node x"),
    ],
    [
      "revoked node twice",
      "malformed",
      replaced(
        note,
        `revoked-node ${OTHER_NODE}`,
        `revoked-node ${OTHER_NODE}\nrevoked-node ${OTHER_NODE}`,
      ),
    ],
    ["revoked warrants not ascending", "malformed", replaced(note, "0".repeat(64), "f".repeat(64))],
    ["revoked warrant too short", "malformed", replaced(note, "0".repeat(64), "0".repeat(62))],
    ["authority key too short", "malformed", replaced(note, /authority .*/, "authority AAAA")],
    ["CA key of another form", "malformed", replaced(note, "ca-key MFkwEwYH", "ca-key MFkwEwYG")],
    ["access list hash too short", "malformed", replaced(note, /access-list ../, "access-list ")],
    ["line left out", "malformed", without(note, "access-list")],
    ["unknown line", "malformed", signedBody(note, (lines) => [...lines, "colour red"])],
  ];
  const accepted = [
    { name: "with every line", bytes: note, contents: makeCharter() },
    { name: "the first", bytes: signCharter(authority, SYSTEM, first), contents: first },
  ];
  writeVectors("charter", {
    system: SYSTEM,
    authorityKey: authority.publicKey,
    accepted,
    refused: list,
  });
}

function generateInvitation(): void {
  const note = signInvitation(authority, SYSTEM, makeInvitation());
  const candidate = makeInvitation({ role: "candidate", expiresAtMs: 0 });
  const list: Refusal[] = [
    ...noteRefusals(note, (by, system) => signInvitation(by, system, makeInvitation()), [
      "role member",
      "role candidate",
    ]),
    ["unknown role", "malformed", replaced(note, "role member", "role master")],
    ["node is none", "malformed", replaced(note, `node ${NODE}`, "node x")],
    ["secret hash too short", "malformed", replaced(note, /secret-hash ../, "secret-hash ")],
    ["expiry below 0", "malformed", replaced(note, /expires .*/, "expires -1")],
    ["expiry with leading zero", "malformed", replaced(note, "expires ", "expires 0")],
    [
      "expiry after all time",
      "malformed",
      replaced(note, /expires .*/, "expires 8640000000000001"),
    ],
    ["no expiry", "malformed", without(note, "expires")],
    ["lines in another order", "malformed", signedBody(note, (lines) => lines.toReversed())],
    ["unknown line", "malformed", signedBody(note, (lines) => [...lines, "colour red"])],
  ];
  const accepted = [
    { name: "member", bytes: note, contents: makeInvitation() },
    {
      name: "candidate, expired at once",
      bytes: signInvitation(authority, SYSTEM, candidate),
      contents: candidate,
    },
  ];
  writeVectors("invitation", {
    system: SYSTEM,
    authorityKey: authority.publicKey,
    accepted,
    refused: list,
  });
}

generateWarrant();
generateCharter();
generateInvitation();
