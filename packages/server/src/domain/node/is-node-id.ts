import { CryptoError, parseNodeId, type NodeId } from "@chatelaine/crypto";

/** Whether the text can be a node's id; a charter that named anything else could not be read. */
export function isNodeId(text: string): text is NodeId {
  try {
    parseNodeId(text);
    return true;
  } catch (error) {
    if (error instanceof CryptoError) {
      return false;
    }
    throw error;
  }
}
