import { spawnSync } from "node:child_process";
import { register } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The source of hooks for Node's module loader, which run in the loader's thread. They load the script as an ES
 * module, whatever its file extension and package.json, so that top-level await works also in a file such as
 * `probe.js`.
 */
const HOOKS = `
let script;
export function initialize(given) { script = given; }
export function resolve(specifier, context, next) {
  return specifier === script.url ? { url: script.url, shortCircuit: true } : next(specifier, context);
}
export function load(url, context, next) {
  return url === script.url ? { format: "module", shortCircuit: true, source: script.source } : next(url, context);
}`;

/**
 * Runs the source of a script as an ES module that can use the global names. `path` is the path of the script, for its
 * imports and for error messages. Rejects with the error that the script throws.
 */
export async function runScript(path: string, source: string): Promise<void> {
  const { href: url } = pathToFileURL(resolve(path));
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { parentURL: url, data: { url, source } });
  await import(url);
}

/** Returns the number of the script's line in which an error was thrown; `undefined` if it is unknown. */
export function lineOf(error: unknown, path: string): number | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const { href } = pathToFileURL(resolve(path));
  for (const line of error.stack.split("\n")) {
    const at = line.indexOf(href);
    const number = at < 0 ? null : /^:(\d+)/.exec(line.slice(at + href.length));
    if (number?.[1] !== undefined) return Number(number[1]);
  }
  return error.cause === undefined ? undefined : lineOf(error.cause, path);
}

/**
 * Returns the number of the line with a syntax error; `undefined` if it is unknown. Node's module loader does not
 * report it, so Node's syntax check (`node --check`) is run.
 */
export function unreadableLine(source: string): number | undefined {
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--check", "-"], {
    input: source,
    encoding: "utf8",
    timeout: 5_000,
  });
  const line = /^\[stdin\]:(\d+)/.exec(stderr)?.[1];
  return line === undefined ? undefined : Number(line);
}
