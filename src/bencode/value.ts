import { InputError, latin1, latin1Decode, utf8, utf8Decode } from "../base/index.ts";

/**
 * A bencoded value (BEP 3): integer (`number` when safe, `bigint` beyond 2^53 - 1), byte string, list or dictionary.
 */
export type BValue = number | bigint | Uint8Array | BValue[] | BDict;

/**
 * A dictionary. Keys are byte strings written with one character per byte (U+0000 to U+00FF): ASCII keys read as
 * themselves, every key comes back exactly, and the order of strings is the order of bytes. A Map has no prototype to
 * run into: `__proto__` is a key like any other. Use {@link keyFromText} and {@link keyToBytes} for keys that are not
 * ASCII.
 */
export type BDict = Map<string, BValue>;

/**
 * A value that {@link encode} accepts: besides {@link BValue}, text (written as UTF-8), plain objects (`undefined` is
 * left out) and {@link Raw}.
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

/** Bencoded bytes that {@link encode} copies as they are: a value to keep byte for byte. */
export class Raw {
  readonly bytes: Uint8Array;

  /** `bytes` must be exactly one bencoded value; this is not checked. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Returns the key whose bytes are `text` in UTF-8. */
export function keyFromText(text: string): string {
  return latin1Decode(utf8(text));
}

/** Returns the key with these bytes. */
export function keyFromBytes(bytes: Uint8Array): string {
  return latin1Decode(bytes);
}

/** Returns the bytes of a key. */
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

/** Bounds of an integer, both included. */
export interface IntRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Returns a reader of one kind of value: the value of `key`, `undefined` when missing, InputError `bencode.type` when
 * of another kind.
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

/** Returns a reader like {@link optional} for which a missing key is InputError `bencode.missing`. */
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

/** The dictionary under a key; `undefined` when there is none. Throws {@link InputError} `bencode.type`. */
export const optionalDict = optional("a dictionary", asDict);
/** The list under a key, as {@link optionalDict}. */
export const optionalList = optional("a list", asList);
/** The byte string under a key, as {@link optionalDict}. */
export const optionalBytes = optional("a string", asBytes);
/** The text under a key, as {@link optionalDict}. */
export const optionalText = optional("a string", asText);
/** The dictionary under a key. Throws {@link InputError} `bencode.missing`, `bencode.type`. */
export const requireDict = required("a dictionary", asDict);
/** The list under a key, as {@link requireDict}. */
export const requireList = required("a list", asList);
/** The byte string under a key, as {@link requireDict}. */
export const requireBytes = required("a string", asBytes);
/** The text under a key, as {@link requireDict}. */
export const requireText = required("a string", asText);

/**
 * Returns a safe integer within `range`; `undefined` when missing; InputError `bencode.type` for another kind,
 * `bencode.range` out of bounds.
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

/** Does the same as {@link optionalInt}, but throws InputError `bencode.missing` for a missing key. */
export function requireInt(dict: BDict, key: string, range: IntRange = {}): number {
  const value = optionalInt(dict, key, range);
  if (value === undefined)
    throw new InputError("bencode.missing", `${JSON.stringify(key)} is missing`, { fields: { key } });
  return value;
}
