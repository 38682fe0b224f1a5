#!/usr/bin/env node
// The command line is built from src/cli; this file only finds it.
import { existsSync } from "node:fs";
import module from "node:module";

// From Node 22.1 on compiled code is kept between runs.
module.enableCompileCache?.();

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  const { run } = await import(main.href);
  await run(process.argv.slice(2));
} else {
  process.stderr.write(
    "millrace: it is not built yet: dist/cli/main.js is missing; run `npm run build` in its folder\n",
  );
  process.exitCode = 1;
}
