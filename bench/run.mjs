// Starts the benchmark: builds the project, and compiles the benchmark to a temporary folder, since Node 20 does not
// run TypeScript.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
const clean = () => rmSync(folder, { recursive: true, force: true });
process.once("exit", clean);

const isAsking = ["--help", "-h", "setup"].some((word) => args.includes(word));
if (!isAsking && !args.includes("--no-build")) step(["scripts/build.mjs"]);
step(["node_modules/typescript/bin/tsc", "-p", "bench/tsconfig.json", "--outDir", folder]);
for (const file of readdirSync(join(root, "bench/drivers")))
  if (!file.endsWith(".ts")) copyFileSync(join(root, "bench/drivers", file), join(folder, "bench/drivers", file));
writeFileSync(join(folder, "package.json"), `{"type":"module"}\n`);
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");

const child = spawn(process.execPath, [join(folder, "bench/main.js"), ...args], {
  stdio: "inherit",
  env: { ...process.env, MILLRACE_BENCH_ROOT: root },
});
// The terminal sends Ctrl-C to both processes; the benchmark cleans up, and this process waits for it.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});

function step(command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
