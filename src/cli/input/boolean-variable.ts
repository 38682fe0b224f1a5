import { parseBoolean } from "../../base/index.ts";
import { parseArgument } from "../output/problem.ts";

/**
 * Returns the boolean in an environment variable; `undefined` when it is not set or empty. Throws CommandLineError for
 * a text that is no boolean.
 */
export function booleanVariable(name: string): boolean | undefined {
  const text = process.env[name] ?? "";
  return text === "" ? undefined : parseArgument(name, () => parseBoolean(text));
}
