import { pino, stdTimeFunctions } from "pino";
import type { Log, LogFields } from "../runtime/index.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
/** A level of the log. */
export type LogLevel = (typeof LEVELS)[number];

/** A log that drops lines below a minimum level. */
export interface DaemonLog extends Log {
  /** The minimum level: lines below it are dropped. */
  level: LogLevel;
}

/** Returns the daemon's log, which writes to stderr: text when stderr is a terminal, otherwise lines of JSON. */
export function daemonLog(level: LogLevel): DaemonLog {
  return process.stderr.isTTY ? terminalLog(level) : jsonLog(level);
}

function jsonLog(level: LogLevel): DaemonLog {
  const logger = pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    get level() {
      return LEVELS.find((one) => one === logger.level) ?? "info";
    },
    set level(next) {
      logger.level = next;
    },
  };
}

/**
 * Returns a log for a terminal. Control characters in texts from torrents and peers are escaped. (In the log that
 * consists of JSON, JSON escapes them.)
 */
function terminalLog(level: LogLevel): DaemonLog {
  const log: DaemonLog = {
    level,
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
  function writer(own: LogLevel): (message: string, fields?: LogFields) => void {
    return (message, fields) => {
      if (LEVELS.indexOf(own) < LEVELS.indexOf(log.level)) return;
      const details = Object.entries(fields ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [` ${name}=${JSON.stringify(value)}`],
      );
      const text = `${new Date().toTimeString().slice(0, 8)} ${own.padEnd(5)} ${message}${details.join("")}`;
      // oxlint-disable-next-line no-control-regex
      process.stderr.write(`${text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\ufffd")}\n`);
    };
  }
  return log;
}
