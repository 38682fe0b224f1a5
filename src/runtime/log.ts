/** Values of a log line by name, such as a path or a peer. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log of the engine. `debug` is for developers, `warn` for problems that the user may want to repair. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that drops every line. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
