import { errorCode, InputError, MillraceError, toError, UsageError } from "../../base/index.ts";
import { clean } from "../../terminal/index.ts";

/** A failure as the command line prints it: a stable code for scripts and one line of text. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/**
 * Any thrown value as a problem. Errors that are no MillraceError have the code `internal`, or the system's (`ENOSPC`).
 */
export function toProblem(thrown: unknown): Problem {
  const error = toError(thrown);
  const code = error instanceof MillraceError ? error.code : (errorCode(thrown) ?? "internal");
  return { code, message: clean(error.message) || code };
}

/** The caller's mistake on the command line: exit status 2. */
export class CommandLineError extends UsageError {
  constructor(message: string, options: ConstructorParameters<typeof MillraceError>[2] = {}) {
    super("cli.usage", message, options);
  }
}

/** Runs `parse` on an argument; what is wrong with it is a mistake on the command line. */
export function parseArgument<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError)
      throw new CommandLineError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
