import { CodedError } from "../base/coded-error.ts";

/** A node refused this one, and showed by which charter. */
export class NodeNotRecognized extends CodedError {
  /** A signed note, of which nothing is checked yet. */
  readonly charter: string;

  constructor(charter: string, detail?: string) {
    super("node-not-recognized", detail === undefined ? {} : { detail });
    this.charter = charter;
  }
}
