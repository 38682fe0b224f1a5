import { InputError } from "./errors.ts";

const VALUES: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
]);

/**
 * Parses `true`, `yes`, `1`, `false`, `no` or `0`, in either case: the one rule for booleans in environment variables
 * and command lines. Throws InputError `boolean.invalid`.
 */
export function parseBoolean(text: string): boolean {
  const value = VALUES.get(text.trim().toLowerCase());
  if (value === undefined)
    throw new InputError("boolean.invalid", `write true or false: got ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}
