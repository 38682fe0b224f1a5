import { UsageError } from "../../base/index.ts";

/**
 * Functions that check arguments that the user typed. Each throws {@link UsageError} `console.argument`, whose message
 * shows the signature.
 */

/** Formats a value in a short form, for an error message. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (value instanceof Promise) return "a promise (put await before the call that returned it)";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" || value === null)
    return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Returns the error for an invalid argument. `call` is the signature of the called function, `name` the argument,
 * `wanted` a description of valid values, and `value` the value that was passed.
 */
export function wrong(call: string, name: string, wanted: string, value: unknown): UsageError {
  return new UsageError("console.argument", `${call}: ${name} must be ${wanted}: got ${shown(value)}`, {
    fields: { argument: name },
  });
}

/**
 * Returns the value if it is a whole number from 0 to 2^32 - 1. It may be the number of a piece that the torrent does
 * not have.
 */
export function uint32(call: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw wrong(call, name, "a whole number from 0 to 4294967295", value);
}

/** Returns the value if it is a whole number from `min` to `max`. */
export function wholeBetween(call: string, name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw wrong(call, name, `a whole number from ${min} to ${max}`, value);
}

/** Returns the bytes of a value that is a Uint8Array or an ArrayBuffer. */
export function bytesOf(call: string, name: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw wrong(call, name, "bytes (a Uint8Array or Buffer)", value);
}

/** Returns the value if it is an object; an empty object for `undefined`. */
export function plainObject(call: string, name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(call, name, "an object such as { timeout: 5 }", value);
  return Object.fromEntries(Object.entries(value));
}

/** Throws when the object has fields that are not in `known`, because a mistyped field must not be ignored. */
export function knownFields(call: string, value: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      throw new UsageError(
        "console.argument",
        `${call}: there is no option ${JSON.stringify(key)}; there ${known.length === 0 ? "are none" : `are ${known.join(", ")}`}`,
      );
  }
}
