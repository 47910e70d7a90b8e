import { crc32 } from "node:zlib";
import type { AuditEntry, AuditGroup } from "../domain/audit/audit-store.ts";

/**
 * One record of the spool: the length of its content (u32, big-endian), the CRC-32 of that length
 * and the content (u32), and the content, a group of audit entries as JSON in UTF-8. The checksum
 * finds what a crash left half written. It is no seal: the file is the node's own, of mode 0600.
 */
const LENGTH_BYTES = 4;
const HEADER_BYTES = 8;

/** The longest record, in bytes; also keeps a damaged length from being believed. */
export const RECORD_BYTES_MAX = 4 * 1024 * 1024;

export function encodeRecord(group: AuditGroup): Uint8Array {
  const content = Buffer.from(JSON.stringify(group), "utf8");
  const record = Buffer.alloc(HEADER_BYTES + content.length);
  record.writeUInt32BE(content.length);
  record.writeUInt32BE(checksum(record.subarray(0, LENGTH_BYTES), content), LENGTH_BYTES);
  record.set(content, HEADER_BYTES);
  return record;
}

/** The record that begins at `offset`, and where the next one does; undefined if it is not whole. */
export function decodeRecord(
  bytes: Uint8Array,
  offset: number,
): { readonly group: AuditGroup; readonly end: number } | undefined {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
  if (record.length < HEADER_BYTES) {
    return undefined;
  }
  const length = record.readUInt32BE();
  const content = record.subarray(HEADER_BYTES, HEADER_BYTES + length);
  const isWhole =
    length <= RECORD_BYTES_MAX &&
    content.length === length &&
    checksum(record.subarray(0, LENGTH_BYTES), content) === record.readUInt32BE(LENGTH_BYTES);
  return isWhole
    ? { group: parseGroup(content.toString("utf8")), end: offset + HEADER_BYTES + length }
    : undefined;
}

function checksum(length: Uint8Array, content: Uint8Array): number {
  return crc32(content, crc32(length));
}

/** What `encodeRecord` wrote, by its checksum. */
function parseGroup(text: string): AuditGroup {
  const { groupId, entries } = JSON.parse(text) as {
    groupId: string;
    entries: readonly AuditEntry[];
  };
  return { groupId, entries };
}
