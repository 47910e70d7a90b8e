/**
 * The worker in which age runs: scrypt takes a second, and the event loop of a node must not stand
 * still for that long. It does one job, given as `workerData`, and ends.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type AgeJob, runAgeJob } from "./age-job.ts";

const result = await runAgeJob(workerData as AgeJob);
parentPort?.postMessage(result, result.kind === "done" ? [result.output.buffer] : []);
