/** Ends a tool with a message for the person who ran it. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
