/** `npm run bench`: reads the arguments, runs the modes, prints their tables. run.mjs compiles and starts it. */
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MODES, parseOptions, UsageError } from "./args.ts";
import type { Options } from "./args.ts";
import { helpText } from "./help.ts";
import { Bench } from "./lib/bench.ts";
import { killAll } from "./lib/child.ts";
import { modeTables } from "./lib/record.ts";
import { Tools } from "./lib/tools.ts";
import { formatSize } from "./lib/units.ts";
import { modes } from "./modes/index.ts";
import { setup } from "./setup.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = process.env["MILLRACE_BENCH_ROOT"] ?? join(here, "..");

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options.isHelp) {
    process.stdout.write(helpText());
    return 0;
  }
  if (platform() !== "linux") throw new UsageError("the benchmark reads /proc: it runs on Linux only");
  const { npmRoot } = options;
  if (options.isSetup) return setup(root, npmRoot);
  // The drivers resolve the npm packages as if they were installed beside them.
  if (existsSync(join(npmRoot, "node_modules"))) symlinkSync(join(npmRoot, "node_modules"), join(here, "node_modules"));
  return measure(options, new Tools(options.python, npmRoot));
}

async function measure(options: Options, tools: Tools): Promise<number> {
  const bench = new Bench(options, tools, root, join(here, "drivers"));
  const end = () => {
    killAll();
    bench.close();
    process.exit(130);
  };
  // A signal to the whole process group can arrive twice: the second must not end the cleanup.
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  let status = 0;
  try {
    process.stdout.write(`${machine(tools)}\n`);
    for (const line of tools.missing) bench.say(line);
    for (const mode of MODES.filter((each) => options.modes.includes(each))) {
      const problem = await modes[mode].run(bench).then(
        () => undefined,
        (reason: unknown) => (reason instanceof Error ? reason.message : "failed"),
      );
      const records = bench.records.filter((record) => record.mode === mode);
      if (records.length > 0) process.stdout.write(`\n## ${mode}\n\n${modeTables(records, modes[mode].metrics)}\n`);
      if (problem !== undefined) bench.say(`${mode}: ${problem}`);
      if (problem !== undefined || records.some((record) => record.error !== undefined)) status = 1;
      // After every mode, so that an interrupted run keeps its results.
      if (options.out !== undefined)
        writeFileSync(
          options.out,
          JSON.stringify(
            { when: new Date().toISOString(), machine: machine(tools), records: bench.records },
            undefined,
            2,
          ),
        );
    }
  } finally {
    killAll();
    bench.close();
  }
  return status;
}

/** The origin of the figures: one line about the machine, one about the clients. */
function machine(tools: Tools): string {
  const model = cpus()[0]?.model.trim() ?? arch();
  const versions = [...tools.versions]
    .filter(([name]) => name !== "cc")
    .map(([name, version]) => `${name} ${version}`.trim());
  return `${new Date().toISOString().slice(0, 16)}Z, ${availableParallelism()} × ${model}, ${formatSize(totalmem())}, Linux ${release()}, Node ${process.versions.node}\n${versions.join(", ")}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
