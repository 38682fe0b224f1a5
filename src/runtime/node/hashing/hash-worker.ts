/** The body of a hashing thread: one job in, one result out. */
import { parentPort } from "node:worker_threads";
import type { HashFilesJob } from "../../hasher.ts";
import { runHashJob } from "./hash-job.ts";

parentPort?.on("message", (job: HashFilesJob) => {
  parentPort?.postMessage(runHashJob(job));
});
