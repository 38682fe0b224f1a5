/** The code of a hashing thread: it receives jobs and sends one result for each. */
import { parentPort } from "node:worker_threads";
import type { HashFilesJob } from "../../hasher.ts";
import { runHashJob } from "./hash-job.ts";

parentPort?.on("message", (job: HashFilesJob) => {
  parentPort?.postMessage(runHashJob(job));
});
