import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Real clients that mostly wait for each other's timers: together they take no longer than the slowest of them. */
const patient = ["by-hand", "terminal", "between", "honest", "honest-magnets"].map(
  (name) => `test/console/${name}.test.ts`,
);

/** Real clients, programs and browsers, which wait more than they work. */
const waiting = ["interop", "cli", "daemon", "browser"].map((folder) => `test/${folder}/**/*.test.ts`);

/** Programs that the tests start know no nodes of the public DHT. */
process.env["MILLRACE_DHT_BOOTSTRAP"] = "";
/** And they send no multicast. */
process.env["MILLRACE_LSD_INTERFACES"] = "";
/** And they map no port at a router. */
process.env["MILLRACE_PORT_MAPPING"] = "false";

export default defineConfig({
  test: {
    projects: [
      // Threads, as many as there are cores: a process for each file would take longer to start than most files to run.
      {
        test: {
          name: "unit",
          pool: "threads",
          maxWorkers: availableParallelism(),
          include: ["src/**/*.test.ts", "fuzz/**/*.test.ts", "web/src/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        // Whole swarms and measured memory on two cores: one file at a time, so that no test starves another.
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: [...patient, ...waiting],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "waiting",
          include: waiting,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "patient",
          include: patient,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: patient.length,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
