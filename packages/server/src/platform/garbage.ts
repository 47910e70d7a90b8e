import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees at once what nothing refers to any more; takes some tens of milliseconds. Node overwrites
 * a key that it holds outside of its heap when it frees it, and has no other way to be rid of one.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
}
