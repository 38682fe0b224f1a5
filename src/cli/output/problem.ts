import { errorCode, InputError, MillraceError, toError, UsageError } from "../../base/index.ts";
import { clean } from "../../terminal/index.ts";

/** A failure as the command line prints it: a stable code for scripts and one line of text. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/**
 * Converts any thrown value. Errors other than MillraceError have the code `internal`, or the code of the system
 * (`ENOSPC`).
 */
export function toProblem(thrown: unknown): Problem {
  const error = toError(thrown);
  const code = error instanceof MillraceError ? error.code : (errorCode(thrown) ?? "internal");
  return { code, message: clean(error.message) || code };
}

/** The command line is invalid: exit status 2. */
export class CommandLineError extends UsageError {
  constructor(message: string, options: ConstructorParameters<typeof MillraceError>[2] = {}) {
    super("cli.usage", message, options);
  }
}

/** Runs `parse` on an argument. Throws CommandLineError when `parse` throws. */
export function parseArgument<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError)
      throw new CommandLineError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
