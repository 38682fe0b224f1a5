import { pino, stdTimeFunctions } from "pino";
import type { Log, LogFields } from "../runtime/index.ts";

/** Takes what is logged besides stderr: the page's log. */
export type LogTap = (level: "debug" | "info" | "warn" | "error", message: string, fields: LogFields | undefined) => void;

/** The daemon's log: a line of JSON each on stderr, from `level` on; `tap` hears `info` and above whatever the level. */
export function daemonLog(level: string, tap: LogTap): Log & { setLevel(level: string): void } {
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } }, pino.destination({ dest: 2, sync: true }));
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => {
      logger.info(fields ?? {}, message);
      tap("info", message, fields);
    },
    warn: (message, fields) => {
      logger.warn(fields ?? {}, message);
      tap("warn", message, fields);
    },
    error: (message, fields) => {
      logger.error(fields ?? {}, message);
      tap("error", message, fields);
    },
    setLevel: (next) => {
      logger.level = next;
    },
  };
}
