import { InputError, latin1, latin1Decode, utf8, utf8Decode } from "../base/index.ts";

/**
 * A bencoded value (BEP 3): integer (`number` when safe, `bigint` beyond 2^53 - 1), byte string, list or dictionary.
 */
export type BValue = number | bigint | Uint8Array | BValue[] | BDict;

/**
 * A dictionary. Keys are byte strings, written with one character per byte (U+0000 to U+00FF): ASCII keys look as
 * usual, any key can be written back unchanged, and comparing keys compares bytes. A Map has no prototype: `__proto__`
 * is a key like any other. Use {@link keyFromText} and {@link keyToBytes} for keys that are not ASCII.
 */
export type BDict = Map<string, BValue>;

/**
 * A value that {@link encode} accepts: a {@link BValue}, text (written as UTF-8), a plain object (fields that are
 * `undefined` are left out) or {@link Raw}.
 */
export type BInput =
  | number
  | bigint
  | string
  | Uint8Array
  | Raw
  | readonly BInput[]
  | ReadonlyMap<string, BInput | undefined>
  | { readonly [key: string]: BInput | undefined };

/** Bencoded bytes that {@link encode} copies unchanged. */
export class Raw {
  readonly bytes: Uint8Array;

  /** `bytes` must be exactly one bencoded value; this is not checked. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Returns the dictionary key for `text`: its UTF-8 bytes, one character per byte. */
export function keyFromText(text: string): string {
  return latin1Decode(utf8(text));
}

/** Returns the dictionary key with these bytes, one character per byte. */
export function keyFromBytes(bytes: Uint8Array): string {
  return latin1Decode(bytes);
}

/** Returns the bytes of a dictionary key. */
export function keyToBytes(key: string): Uint8Array {
  return latin1(key);
}

/** Returns the value as a dictionary; `undefined` when it is something else or missing. */
export function asDict(value: BValue | undefined): BDict | undefined {
  return value instanceof Map ? value : undefined;
}

/** Returns the value as a list; `undefined` when it is something else or missing. */
export function asList(value: BValue | undefined): BValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Returns the value as a byte string; `undefined` when it is something else or missing. */
export function asBytes(value: BValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * Returns the value as text: a byte string decoded as UTF-8, with U+FFFD for invalid bytes; `undefined` when the value
 * is missing or not a byte string.
 */
export function asText(value: BValue | undefined): string | undefined {
  return value instanceof Uint8Array ? utf8Decode(value) : undefined;
}

/** Returns the value as a safe integer; `undefined` when it is something else, missing, or beyond 2^53 - 1. */
export function asInt(value: BValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The range in which an integer must be; both bounds are included. */
export interface IntRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Returns a function that reads the value of a key as one type. That function returns `undefined` for a missing key,
 * and throws InputError `bencode.type` for a value of another type.
 */
function optional<T>(
  kind: string,
  read: (value: BValue | undefined) => T | undefined,
): (dict: BDict, key: string) => T | undefined {
  return (dict, key) => {
    const value = dict.get(key);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === undefined)
      throw new InputError("bencode.type", `${JSON.stringify(key)} is not ${kind}`, { fields: { key } });
    return result;
  };
}

/** Returns a function like that of {@link optional}, but with a missing key it throws InputError `bencode.missing`. */
function required<T>(
  kind: string,
  read: (value: BValue | undefined) => T | undefined,
): (dict: BDict, key: string) => T {
  const get = optional(kind, read);
  return (dict, key) => {
    const value = get(dict, key);
    if (value === undefined)
      throw new InputError("bencode.missing", `${JSON.stringify(key)} is missing`, { fields: { key } });
    return value;
  };
}

/**
 * Returns the dictionary under a key; `undefined` when the key is missing. Throws {@link InputError} `bencode.type` for
 * another kind of value.
 */
export const optionalDict = optional("a dictionary", asDict);
/** Returns the list under a key, with the rules and errors of {@link optionalDict}. */
export const optionalList = optional("a list", asList);
/** Returns the byte string under a key, with the rules and errors of {@link optionalDict}. */
export const optionalBytes = optional("a string", asBytes);
/** Returns the text under a key, with the rules and errors of {@link optionalDict}. */
export const optionalText = optional("a string", asText);
/**
 * Returns the dictionary under a key. Throws {@link InputError} `bencode.missing` when the key is missing,
 * `bencode.type` for another kind of value.
 */
export const requireDict = required("a dictionary", asDict);
/** Returns the list under a key, with the errors of {@link requireDict}. */
export const requireList = required("a list", asList);
/** Returns the byte string under a key, with the errors of {@link requireDict}. */
export const requireBytes = required("a string", asBytes);
/** Returns the text under a key, with the errors of {@link requireDict}. */
export const requireText = required("a string", asText);

/**
 * Returns the safe integer under a key; `undefined` when the key is missing. Throws InputError `bencode.type` for
 * another kind of value, `bencode.range` for an integer outside `range`.
 */
export function optionalInt(dict: BDict, key: string, range: IntRange = {}): number | undefined {
  const value = dict.get(key);
  if (value === undefined) return undefined;
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new InputError("bencode.type", `${JSON.stringify(key)} is not an integer`, { fields: { key } });
  }
  if (typeof value === "bigint" || value < min || value > max) {
    throw new InputError(
      "bencode.range",
      `${JSON.stringify(key)} is out of range: ${String(value).slice(0, 40)}, not ${min} to ${max}`,
      { fields: { key } },
    );
  }
  return value;
}

/**
 * Returns the safe integer under a key like {@link optionalInt}, but throws InputError `bencode.missing` when the key
 * is missing.
 */
export function requireInt(dict: BDict, key: string, range: IntRange = {}): number {
  const value = optionalInt(dict, key, range);
  if (value === undefined)
    throw new InputError("bencode.missing", `${JSON.stringify(key)} is missing`, { fields: { key } });
  return value;
}
