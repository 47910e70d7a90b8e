export { CodedError, isCoded } from "./base/coded-error.ts";
export { type CreatedSystem } from "./domain/system/create-system.ts";
export { initSystem, type InitRequest, type NodePlace } from "./app/init-system.ts";
export { recoverSystem, type RecoverSystemRequest } from "./app/recover-system.ts";
export { joinExistingSystem, type JoinSystemRequest } from "./app/join-system.ts";
export { startNode, type RunningNode, type StartRequest } from "./app/start-node.ts";
export { StateDirectory } from "./app/state-directory.ts";
export { makeLogger, makeTextLogger, type Logger } from "./platform/logger.ts";
export { PASSPHRASE_PROBLEMS } from "./app/age-backup-cipher.ts";
export {
  ensurePrivateDirectory,
  fileExists,
  readWholeFile,
  removeFile,
  writeNewFile,
} from "./platform/files.ts";
export { systemRandom } from "./platform/random.ts";
export { systemClock } from "./platform/clock.ts";
export { pause, systemScheduler } from "./platform/scheduler.ts";
