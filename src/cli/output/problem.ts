import { errorCode, InputError, MillraceError, toError, UsageError } from "../../base/index.ts";
import { clean } from "../../terminal/index.ts";

/** An error in the form that the command line prints: a stable code for scripts and one line of text. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/**
 * Converts any thrown value to a problem. An error that is not a MillraceError gets the code of the system (`ENOSPC`)
 * or, without one, `internal`.
 */
export function toProblem(thrown: unknown): Problem {
  const error = toError(thrown);
  const code = error instanceof MillraceError ? error.code : (errorCode(thrown) ?? "internal");
  return { code, message: clean(error.message) || code };
}

/** Thrown for an invalid command line: the exit status is 2. */
export class CommandLineError extends UsageError {
  constructor(message: string, options: ConstructorParameters<typeof MillraceError>[2] = {}) {
    super("cli.usage", message, options);
  }
}

/**
 * Runs `parse` on an argument and returns its result. Throws CommandLineError when `parse` throws. `what` is the
 * argument's name, for the message.
 */
export function parseArgument<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError)
      throw new CommandLineError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
