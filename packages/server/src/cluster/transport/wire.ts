import { NOTE_BYTES_MAX, parseNodeId } from "@chatelaine/crypto";
import { ERRORS, isErrorCode, NODE_STATUS, type NodeStatus } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Greeting } from "../../domain/node/join-transport.ts";
import type { Beat, PeerAct, PeerAnswer, PeerRequest } from "../peer-acts.ts";
import { NodeNotRecognized } from "../node-not-recognized.ts";
import {
  boolean,
  bytes,
  described,
  list,
  nothing,
  optional,
  parsed,
  record,
  text,
  u64,
} from "./codec.ts";
import type { Codec } from "./codec.ts";

/** What nodes say to each other, as bytes: docs/protocols/nodes.md. */

export const WATCH_PATH = "/peer/v1/watch";
export const GREETING_PATH = "/peer/v1/greeting";
const ACT_PREFIX = "/peer/v1/";

/** Of a request; the largest is an admission. */
export const REQUEST_BYTES_MAX = 64 * 1024;
/** Of an answer: a sealed keyring of as many versions as there can be, and a charter. */
export const ANSWER_BYTES_MAX = 1024 * 1024;
/** Of one line of a watch stream. */
export const LINE_BYTES_MAX = 4096;
/** Of the JSON of a failure. */
const DETAIL_LENGTH_MAX = 4096;

const SEALED_BYTES_MAX = 256 * 1024;
const CERTIFICATE_BYTES_MAX = 8192;
const CLAIM_ID_BYTES = 16;
const PROCESS_ID_BYTES = 16;
const SPKI_BYTES_MAX = 91;
const RAW_KEY_BYTES = 32;
const SECRET_BYTES = 32;
const ID_LENGTH_MAX = 64;
const NAME_LENGTH_MAX = 256;
const ADDRESS_LENGTH_MAX = 255;
const ADDRESSES_MAX = 32;
const CHAIN_MAX = 4;

/** What the connection must prove before an act is done. */
export type Proof =
  /** A warranted key, and a certificate for it that is in force. */
  | "node"
  /** A warranted key; its certificate may be over, for this is how it gets another one. */
  | "node-with-any-certificate"
  /** Nothing: the request itself carries a secret. */
  | "none";

interface ActSpec<Act extends PeerAct> {
  readonly proof: Proof;
  /** Whether a request may be sent again when it is not known to have arrived. */
  readonly mayRepeat: boolean;
  readonly request: Codec<PeerRequest<Act>>;
  readonly answer: Codec<PeerAnswer<Act>>;
}

const note = text(NOTE_BYTES_MAX);
const chain = list(bytes(1, CERTIFICATE_BYTES_MAX), CHAIN_MAX);
const process = bytes(PROCESS_ID_BYTES, PROCESS_ID_BYTES);
const mastership = { epoch: u64, claimId: bytes(CLAIM_ID_BYTES, CLAIM_ID_BYTES) };

export const BEAT: Codec<Beat> = record<Beat>({
  ...mastership,
  process,
  isMaster: boolean,
  incarnation: u64,
  charterSerial: u64,
  keyringRevision: u64,
  handsTo: optional(parsed(parseNodeId)),
});

export const GREETING: Codec<Greeting> = record<Greeting>({ warrant: note, charter: note });

export const ACTS: { readonly [Act in PeerAct]: ActSpec<Act> } = {
  confirm: { proof: "node", mayRepeat: true, request: record({ process }), answer: BEAT },
  keyring: {
    proof: "node",
    mayRepeat: true,
    request: nothing,
    answer: record({
      mastership: record(mastership),
      charter: note,
      revision: u64,
      sealed: bytes(1, SEALED_BYTES_MAX),
    }),
  },
  certificate: {
    proof: "node-with-any-certificate",
    mayRepeat: true,
    request: nothing,
    answer: record({ chain }),
  },
  status: {
    proof: "node",
    mayRepeat: true,
    request: nothing,
    answer: described<NodeStatus>(NODE_STATUS),
  },
  purge: { proof: "node", mayRepeat: true, request: nothing, answer: record({ rows: u64 }) },
  admit: {
    proof: "none",
    mayRepeat: false, // the token is used up by the first, whose answer may be lost
    request: record({
      invitationId: text(ID_LENGTH_MAX),
      secret: bytes(SECRET_BYTES, SECRET_BYTES),
      name: text(NAME_LENGTH_MAX),
      addresses: list(text(ADDRESS_LENGTH_MAX), ADDRESSES_MAX),
      tlsKey: bytes(SPKI_BYTES_MAX, SPKI_BYTES_MAX),
      hpkeKey: bytes(RAW_KEY_BYTES, RAW_KEY_BYTES),
      statementKey: bytes(RAW_KEY_BYTES, RAW_KEY_BYTES),
    }),
    answer: record({ nodeId: parsed(parseNodeId), warrant: note, charter: note, chain }),
  },
};

export function actPath(act: PeerAct): string {
  return ACT_PREFIX + act;
}

/** The act of a path; undefined if it is none. */
export function actOf(path: string): PeerAct | undefined {
  const name = path.startsWith(ACT_PREFIX) ? path.slice(ACT_PREFIX.length) : "";
  return isAct(name) ? name : undefined;
}

function isAct(name: string): name is PeerAct {
  return Object.hasOwn(ACTS, name);
}

/** A failure as it crosses the wire: its code, and the detail that may be shown. */
export function renderFailure(error: unknown): {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
} {
  const { code, detail } =
    error instanceof CodedError ? error : new CodedError("internal", { cause: error });
  return {
    status: ERRORS[code].status,
    body: { code, ...(detail !== undefined && { detail: detail.slice(0, DETAIL_LENGTH_MAX) }) },
  };
}

/** The failure in an answer; undefined if it is none, or one of a version that is ahead. */
export function parseFailure(json: unknown): CodedError | undefined {
  const { code, detail, charter } =
    typeof json === "object" && json !== null ? (json as Failure) : {};
  if (typeof code !== "string" || !isErrorCode(code)) {
    return undefined;
  }
  const isShown = typeof detail === "string" && detail.length <= DETAIL_LENGTH_MAX;
  if (code === "node-not-recognized" && isNote(charter)) {
    return new NodeNotRecognized(charter, isShown ? detail : undefined);
  }
  return new CodedError(code, isShown ? { detail } : {});
}

function isNote(charter: unknown): charter is string {
  return typeof charter === "string" && charter.length <= NOTE_BYTES_MAX;
}

interface Failure {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly charter?: unknown;
}
