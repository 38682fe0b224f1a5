/** Facts of a log line, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the engine tells what happens. `debug` is for developers, `warn` for what a user may want to mend. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
