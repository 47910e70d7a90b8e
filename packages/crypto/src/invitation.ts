import { type Authority, openNote } from "./authority.ts";
import { fromHex, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { invariant } from "./invariant.ts";
import { type NodeId, parseNodeId } from "./node-id.ts";
import { type NoteLines, parseDecimal, parseLines } from "./note-lines.ts";
import type { SystemId } from "./system-id.ts";
import { type NodeRole, parseNodeRole } from "./warrant.ts";

const TYPE = "chatelaine/invite/v1";
const HASH_BYTES = 32;
/** The last instant that a `Date` can be, in milliseconds since 1970. */
const INSTANT_MS_MAX = 8_640_000_000_000_000n;

/** That whoever knows a secret may become one certain node, for a while. */
export interface Invitation {
  /** The node that is admitted by it; also the name of the invitation. */
  readonly nodeId: NodeId;
  readonly role: NodeRole;
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array;
  /** Milliseconds since 1970; from then on nobody is admitted by it. */
  readonly expiresAtMs: number;
}

/** The note. An invitation that breaks a rule of the format is a defect of the caller. */
export function signInvitation(
  authority: Authority,
  systemId: SystemId,
  invitation: Invitation,
): string {
  invariant(isSound(invitation), "an invitation breaks a rule of its format");
  return authority.sign(TYPE, systemId, render(invitation));
}

/** The invitation in a note. Throws `malformed`, `unknown-version` or `not-authentic`. */
export function openInvitation(
  note: string,
  systemId: SystemId,
  authorityKey: Uint8Array,
): Invitation {
  const lines = openNote(note, { type: TYPE, systemId, authorityKey });
  const invitation = parseLines(lines, parse, render);
  if (!isSound(invitation)) {
    throw new CryptoError("malformed");
  }
  return invitation;
}

function render({ nodeId, role, secretHash, expiresAtMs }: Invitation): readonly string[] {
  return [
    `node ${nodeId}`,
    `role ${role}`,
    `secret-hash ${toHex(secretHash)}`,
    `expires ${expiresAtMs.toString()}`,
  ];
}

function parse(lines: NoteLines): Invitation {
  return {
    nodeId: parseNodeId(lines.one("node")),
    role: parseNodeRole(lines.one("role")),
    secretHash: fromHex(lines.one("secret-hash")),
    expiresAtMs: parseInstant(lines.one("expires")),
  };
}

function parseInstant(value: string): number {
  const instant = parseDecimal(value);
  if (instant > INSTANT_MS_MAX) {
    throw new CryptoError("malformed");
  }
  return Number(instant);
}

/** The rules that the form of the lines does not give. */
function isSound({ secretHash, expiresAtMs }: Invitation): boolean {
  return secretHash.length === HASH_BYTES && Number.isSafeInteger(expiresAtMs) && expiresAtMs >= 0;
}
