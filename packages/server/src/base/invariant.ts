/** A broken invariant: a defect of this program, never the caller's fault. */
export class Defect extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Defect";
  }
}

/** Ends the request (and in the master secret server the mastership) if `condition` is false. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new Defect(message);
  }
}

/** For the branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new Defect(`unreachable: ${String(value)}`);
}
