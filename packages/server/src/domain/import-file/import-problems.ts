import { ImportProblem, type TextPlace } from "@chatelaine/biztalk";
import type { ErrorCode } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../../base/coded-error.ts";

const CODES = {
  malformed: "import-invalid",
  "not-supported": "import-not-supported",
  "too-large": "import-too-large",
} as const satisfies Record<ImportProblem["fault"], ErrorCode>;

/** A refusal that begins with the place: `FILE:LINE:COLUMN: …`. */
export function importError(
  code: ErrorCode,
  file: string,
  place: TextPlace | undefined,
  message: string,
  cause?: unknown,
): CodedError {
  const where =
    place === undefined ? file : `${file}:${String(place.line)}:${String(place.column)}`;
  return new CodedError(code, { detail: `${where}: ${message}`, cause });
}

/** Runs what reads the text of `file`; what it refuses is refused in our codes. */
export async function reading<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImportProblem) {
      throw importError(CODES[error.fault], file, error.place, error.message, error);
    }
    throw error;
  }
}

/** Gives a refusal of ours the place in the file that it comes from, and the name of what is there. */
export function at<T>(file: string, place: TextPlace, name: string, decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (isCoded(error)) {
      const message = `${name}: ${error.detail ?? error.message}`;
      throw importError(error.code, file, place, message, error);
    }
    throw error;
  }
}
