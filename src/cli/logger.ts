import { silentLog } from "../runtime/index.ts";
import type { Log, LogFields } from "../runtime/index.ts";
import { clean } from "../terminal/index.ts";
import type { Output } from "./output/output.ts";

function fieldText(fields: LogFields | undefined): string {
  return Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${clean(typeof value === "string" ? value : (JSON.stringify(value) ?? ""))}`)
    .join("");
}

/**
 * Returns the log for the library. With `--verbose` it prints lines on stderr with the seconds since the start;
 * otherwise it prints nothing.
 */
export function stderrLog(output: Output, isVerbose: boolean): Log {
  if (!isVerbose) return silentLog;
  const start = performance.now();
  const writer =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      const seconds = ((performance.now() - start) / 1000).toFixed(3);
      output.note(output.noteStyle.dim(`${seconds} ${level} ${clean(message)}${fieldText(fields)}`));
    };
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}
