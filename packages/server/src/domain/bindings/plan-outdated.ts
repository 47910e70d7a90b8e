import { CodedError } from "../../base/coded-error.ts";

/** Something that an import relies on was changed before it could be written: plan it anew. */
export class PlanOutdated extends CodedError {
  constructor() {
    super("revision-conflict", {
      detail: "what the file is about is being changed by others; repeat the import",
    });
  }
}
