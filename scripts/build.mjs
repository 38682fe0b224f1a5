// Compiles src/ and the page to dist/. The output is written to another folder, which then replaces dist, so that a
// deleted source leaves no stale output and a running process never sees half a build.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import * as page from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const fresh = `${root}dist.${process.pid}`;
const old = `${root}dist.old.${process.pid}`;

/** Packages that are loaded at run time from node_modules: the HTTP client, and packages of the daemon only. */
const unbundled = ["undici", /^hono/, /^@hono\//, "zod", "smol-toml", "pino", "prom-client", "mime", "env-paths"];

/**
 * Bundles the modules into few files, split where a command is loaded separately. Loading a hundred small modules takes
 * longer than most commands run. Returns the bundled packages.
 */
async function bundle(input, into) {
  const build = await rolldown({ cwd: root, input, platform: "node", external: [/^node:/, /^#/, ...unbundled] });
  const { output } = await build.write({
    dir: into,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  });
  await build.close();
  const modules = output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  return new Set(modules.flatMap((id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
}

/** The licence texts of the bundled packages, which distributors have to include. */
function licenses(packages) {
  return [...packages]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const folder = `${root}node_modules/${name}`;
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${name} has no licence file`);
      return `${name}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
    });
}

async function build() {
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", fresh], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) return status ?? 1;
  rmSync(`${fresh}/cli`, { recursive: true });
  const packages = await bundle({ main: "src/cli/main.ts" }, `${fresh}/cli`);
  writeFileSync(`${fresh}/cli/LICENSES.txt`, licenses(packages).join(`\n${"-".repeat(80)}\n\n`));
  await page.build({
    root: `${root}web`,
    configFile: `${root}web/vite.config.ts`,
    logLevel: "warn",
    build: { outDir: `${fresh}/web`, emptyOutDir: true },
  });
  await bundle({ "hash-worker": "src/runtime/node/hashing/hash-worker.ts" }, `${fresh}/runtime/node/hashing`);
  if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old);
  renameSync(fresh, `${root}dist`);
  return 0;
}

try {
  process.exitCode = await build();
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
