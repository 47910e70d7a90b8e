/**
 * Where the worker's file is: beside this one, which is TypeScript when run from source and
 * JavaScript in what was built.
 */
export function ageWorkerUrl(moduleUrl = import.meta.url): URL {
  return new URL(moduleUrl.endsWith(".ts") ? "./age-worker.ts" : "./age-worker.js", moduleUrl);
}
