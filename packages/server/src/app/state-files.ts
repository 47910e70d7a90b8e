import { CryptoError, fromBase64, parseNodeId, parseSystemId, toBase64 } from "@chatelaine/crypto";
import { CodedError } from "../base/coded-error.ts";
import type { Seen } from "../domain/charter/seen.ts";
import type { NodeIdentity } from "../domain/node/node-identity.ts";
import type { DatabaseLocator } from "./database-locator.ts";

/** The JSON files of a state directory: one parser and one writer each. */

const IDENTITY_FORMAT = "chatelaine/node/v1";
const SEEN_FORMAT = "chatelaine/seen/v1";

export function renderIdentity(identity: NodeIdentity, database: DatabaseLocator): string {
  const { systemId, nodeId, name, authorityKey } = identity;
  return renderJson({
    format: IDENTITY_FORMAT,
    systemId,
    nodeId,
    name,
    authorityKey: toBase64(authorityKey),
    database,
  });
}

/** Throws `state-directory-damaged`. */
export function parseIdentity(text: string): {
  identity: NodeIdentity;
  locator: DatabaseLocator;
} {
  const file = "identity.json";
  const fields = parseObject(file, text, IDENTITY_FORMAT);
  try {
    return {
      identity: {
        systemId: parseSystemId(textField(file, fields, "systemId")),
        nodeId: parseNodeId(textField(file, fields, "nodeId")),
        name: textField(file, fields, "name"),
        authorityKey: fromBase64(textField(file, fields, "authorityKey")),
      },
      locator: parseLocator(file, fields["database"]),
    };
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw damaged(file, "a name or key in it is malformed");
    }
    throw cause;
  }
}

function parseLocator(file: string, value: unknown): DatabaseLocator {
  if (isObject(value)) {
    if (value["kind"] === "postgres") {
      return { kind: "postgres" };
    }
    if (value["kind"] === "sqlite" && typeof value["path"] === "string") {
      return { kind: "sqlite", path: value["path"] };
    }
  }
  throw damaged(file, "database is neither sqlite with a path nor postgres");
}

export function renderSeen(seen: Seen): string {
  const { incarnation, charterSerial, keyringRevision, epoch, claimId } = seen;
  return renderJson({
    format: SEEN_FORMAT,
    incarnation: String(incarnation),
    charterSerial: String(charterSerial),
    keyringRevision: String(keyringRevision),
    epoch: String(epoch),
    ...(claimId !== undefined && { claimId: toBase64(claimId) }),
  });
}

/** Throws `state-directory-damaged`. */
export function parseSeen(text: string): Seen {
  const file = "seen.json";
  const fields = parseObject(file, text, SEEN_FORMAT);
  return {
    incarnation: countField(file, fields, "incarnation"),
    charterSerial: countField(file, fields, "charterSerial"),
    keyringRevision: countField(file, fields, "keyringRevision"),
    epoch: countField(file, fields, "epoch"),
    ...claimIdOf(file, fields),
  };
}

/** Absent where no mastership of that epoch was seen. */
function claimIdOf(file: string, fields: Fields): Pick<Seen, "claimId"> {
  if (fields["claimId"] === undefined) {
    return {};
  }
  try {
    return { claimId: fromBase64(textField(file, fields, "claimId")) };
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw damaged(file, "claimId is not base64");
    }
    throw cause;
  }
}

function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(file: string, text: string, format: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(file, "it is not JSON");
  }
  if (!isObject(value) || value["format"] !== format) {
    throw damaged(file, `its format is not ${format}`);
  }
  return value;
}

function textField(file: string, fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") {
    throw damaged(file, `${name} is missing`);
  }
  return value;
}

function countField(file: string, fields: Fields, name: string): bigint {
  const value = textField(file, fields, name);
  if (!/^\d{1,20}$/.test(value)) {
    throw damaged(file, `${name} is not a number`);
  }
  return BigInt(value);
}

function damaged(file: string, problem: string): CodedError {
  return new CodedError("state-directory-damaged", {
    detail:
      `${file}: ${problem}; bring it back from a copy of the state directory, or remove the ` +
      "directory and run `chatelaine node recover`",
  });
}
